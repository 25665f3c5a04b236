"""Is the folder of a Vosk model whole? Kaldi itself says only that it failed, or ends the process."""

from pathlib import Path

_ALWAYS = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_GRAPHS = (("graph/HCLG.fst", "graph/words.txt"), ("graph/HCLr.fst", "graph/Gr.fst"))
_IVECTOR = tuple(
    f"ivector/{name}"
    for name in (
        "final.ie", "final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf",
    )
)  # fmt: skip


def missing(folder: Path) -> list[str]:
    """Files that are not there or empty; a graph may be in one piece or in two."""
    graph = _GRAPHS[1] if (folder / "graph/Gr.fst").exists() else _GRAPHS[0]
    if (folder / "graph/HCLr.fst").exists():
        graph = _GRAPHS[1]
    needed = [*_ALWAYS, *graph, *(_IVECTOR if (folder / "ivector").is_dir() else ())]
    return [name for name in needed if not _is_there(folder / name)]


def takes_phrases(folder: Path) -> bool:
    """Can a closed list of phrases be given to it? Only where the graph is in two pieces."""
    return all(_is_there(folder / name) for name in _GRAPHS[1])


def _is_there(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0
