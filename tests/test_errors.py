import pickle

from interview_tui import errors


def _tree(kind: type[errors.InterviewError]) -> list[type[errors.InterviewError]]:
    return [kind, *[inner for below in kind.__subclasses__() for inner in _tree(below)]]


def test_the_tree_in_the_docstring_is_the_tree():
    names = {kind.__name__ for kind in _tree(errors.InterviewError)}
    drawn = (errors.__doc__ or "").split("A foreign library")[0].split("\n", 1)[1]
    assert names == {word.strip(",") for word in drawn.split()}


def test_an_error_crosses_from_a_worker_process_whole():
    error = errors.GuideMistakes("The guide has mistakes.", ["line 3: no label"], hint="Mend it.")
    again = pickle.loads(pickle.dumps(error))
    assert again.lines() == ["The guide has mistakes.", "line 3: no label", "Mend it."]
    named = pickle.loads(pickle.dumps(errors.NoModel("No model.", safe="All is well.", hint="Bring one.")))
    assert isinstance(named, errors.NoModel)
    assert named.lines() == ["No model.", "All is well.", "Bring one."]
