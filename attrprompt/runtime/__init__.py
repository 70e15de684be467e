"""What lives as long as the process: store, loop, embedded model, worker, background work."""
