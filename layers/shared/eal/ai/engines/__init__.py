"""The engines that answer a task: a hosted model, or the rules kept here."""
