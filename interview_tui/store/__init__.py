"""A study on disk: the one place that knows SQL and where each file lies."""

from interview_tui.store.study import Study, create_study, open_study

__all__ = ["Study", "create_study", "open_study"]
