"""CPU work outside the app's process: encoding, maps, analysis and training.

`jobs` says what work there is and runs it in whichever process it is called; `context` is what a job gets beside its
request; `__main__` is the process that does so for the app (`python -m attrprompt.worker`), `client` its other end. The
command line calls `jobs.run_job` itself.
"""
