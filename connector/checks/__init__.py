"""Tests the configuration for real: each check asks the thing itself and answers in one sentence.

`run` has all checks of one shop, for the command `check`; `shops` has what it says of several, where each is looked at
cheaply; `monitor` has those that the service runs every hour.

    group                 module               one shop  all shops  every hour
    settings              settings, variables  yes       shared
    database              storage, disk        yes       shared     the disk's room
    files                 settings             yes       shared
    network               network              yes       shared
    google                google               yes       one read   one read
    orders                storage              yes       yes
    prices                storage              yes
    quota                 google               yes                  yes
    whapi, webhook        whapi                yes       yes        yes
    public                public               yes       shared     yes
    events                receivers            yes       yes        yes
    alerts                receivers            yes
    shops, account, shop  shops                          yes

`failure` turns what ends a group into its last finding, and `running` asks the service that runs.
"""
