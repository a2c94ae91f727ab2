"""Takes a merchant from an empty folder to a service that is ready to start.

`run` goes through the steps; `steps` asks for and checks each setting, `webhook` registers and tries the webhook,
`env_file` keeps what was answered, `talk` is the conversation itself. Every step looks first at what is there already
and may be repeated: setup can be ended at any moment and begun again.
"""
