-- Sends webhooks with an order id that never comes again.
--   wrk -s webhook.lua URL -- BODY_FILE SECRET FIRST
-- The body's placeholder of 15 characters becomes FIRST (4 digits), the thread (2) and a number (9).

local PLACEHOLDER = "ORDER_ID_HERE__"
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  local headers = {["Content-Type"] = "application/json", ["X-Webhook-Secret"] = args[2]}
  local whole = wrk.format("POST", nil, headers, body)
  local at = assert(whole:find(PLACEHOLDER, 1, true))
  before = whole:sub(1, at - 1) .. args[3] .. string.format("%02d", number)
  after = whole:sub(at + #PLACEHOLDER)
  sent = 0
end

function request()
  sent = sent + 1
  return before .. string.format("%09d", sent) .. after
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "bad": %d, "broken": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "max": %.3f}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
