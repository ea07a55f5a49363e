"""The supervisor.

Pure: `states`, `machine`, `policy` (one worker), `pools`, `services`, `fleet`, `news`, `orders`,
`members`, `steering`, `stopping`, `telling` (the daemon). The edge: `loop`, `hands`, `commands`,
`processes`, `channels`, `output`, `lock`. In other processes: `zygote`, `loading`, `checking`,
`child`, `registration`, `scribe`, `recycling`. Between them: `messages`, `faults`.
"""
