"""The workbench: tasks, registering, assessing, reviewing, voting, the register, the calendar."""
