"""Enrollments: a lead or prospect on its way through a sequence."""
