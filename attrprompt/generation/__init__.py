"""From a project to generated texts: the plan, the runner that sends it, batch files."""
