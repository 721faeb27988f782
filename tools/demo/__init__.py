"""The main job, shown with its evidence: python -m tools.demo."""
