// Stands in for what Google Apps Script gives a script, with curl behind it; reads the script from standard input.
const { execFileSync } = require('node:child_process');

globalThis.UrlFetchApp = {
  fetch(url, { method, contentType, headers, payload, muteHttpExceptions }) {
    const address = url.replace('https://orders.example.com', process.env.ADDRESS);
    const all = { 'Content-Type': contentType ?? 'application/x-www-form-urlencoded', ...headers };
    const form = typeof payload === 'string' ? payload : new URLSearchParams(payload).toString();
    const args = ['-sS', '-X', method.toUpperCase(), '-w', '\n%{http_code}', '--data-binary', '@-', address];
    for (const [name, value] of Object.entries(all)) args.push('-H', `${name}: ${value}`);
    const output = execFileSync('curl', args, { input: form, encoding: 'utf8' });
    const end = output.lastIndexOf('\n');
    const status = Number(output.slice(end + 1));
    if (status >= 400 && !muteHttpExceptions) throw new Error(`Request failed, code ${status}.`);
    return { getResponseCode: () => status, getContentText: () => output.slice(0, end) };
  },
};
globalThis.PropertiesService = { getScriptProperties: () => ({ getProperty: (name) => process.env[name] ?? null }) };
globalThis.Logger = { log: (text) => console.log(text) };

const script = require('node:fs').readFileSync(0, 'utf8');
new Function(`${script}\n;(${process.argv[2]});`)();
