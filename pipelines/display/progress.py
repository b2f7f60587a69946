"""Progress bars while folds are trained: how many are done, and how far the running ones are."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from pipelines.display.tables import CONSOLE
from ser_tasks.engine import Running, wait
from ser_tasks.models.training.progress import FILE, read_progress
from ser_tasks.models.training.progress import Progress as FoldProgress

POLL_S = 0.5
ENOUGH = 3  # epochs, so that the first one, which compiles, is not the median


def watch_folds(running: Sequence[Running], folders: Mapping[str, Path], *, title: str, in_a_row: int = 0) -> None:
    """Show, until all are done, a bar for the folds, and one for each fold whose training has begun.

    Args:
        running: one for each fold
        folders: of each fold by name, in the same order
        title: of the bar over all
        in_a_row: trainings that one worker does one after the other: after ENOUGH epochs of the first, how long they
            take is printed; 0: it is not
    """
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[note]}"))
    waiting, bars = dict(zip(running, folders, strict=True)), dict[str, TaskID]()
    with Progress(*columns, console=CONSOLE, transient=True) as screen:
        total = screen.add_task(title, total=len(running), note="")
        while waiting:
            done, _ = wait(list(waiting), timeout=POLL_S)
            finished = {waiting.pop(future) for future in done}
            screen.update(total, advance=len(finished), note=f"{len(running) - len(waiting)} of {len(running)} folds")
            for name in finished & set(bars):
                screen.remove_task(bars.pop(name))
            for name in waiting.values():
                if progress := latest(folders[name]):
                    if in_a_row and ENOUGH <= progress.epoch < progress.epochs:
                        screen.console.print(forecast(progress, in_a_row=in_a_row), highlight=False)
                        in_a_row = 0
                    if name not in bars:
                        bars[name] = screen.add_task(f"  {name}", note="")
                    screen.update(bars[name], completed=progress.epoch, total=progress.epochs, note=in_words(progress))


def watch_shards(running: Sequence[Running], *, title: str) -> None:
    """Show one bar until all are done."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[note]}"))
    left = list(running)
    with Progress(*columns, console=CONSOLE, transient=True) as screen:
        bar = screen.add_task(title, total=len(running), note="")
        while left:
            left = list(wait(left, timeout=POLL_S).not_done)
            done = len(running) - len(left)
            screen.update(bar, completed=done, note=f"{done} of {len(running)} parts")


def latest(folder: Path) -> FoldProgress | None:
    """Of the trainings of a fold, each in its folder, the one that an epoch ended in last."""
    files = [*folder.glob(FILE), *folder.glob(f"*/{FILE}")]
    return read_progress(max(files, key=lambda file: file.stat().st_mtime_ns).parent) if files else None


def forecast(progress: FoldProgress, *, in_a_row: int) -> str:
    """About 10.5 s an epoch, 60 epochs, 5 trainings in a row: 52 min 30 s at most."""
    epoch = progress.seconds_left / (progress.epochs - progress.epoch)
    minutes, seconds = divmod(round(epoch * progress.epochs * in_a_row), 60)
    work = f"About {epoch:.1f} s an epoch, {progress.epochs} epochs, {in_a_row} trainings in a row"
    return f"{work}: {minutes} min {seconds} s at most, less where they stop early."


def in_words(progress: FoldProgress) -> str:
    """epoch 12 of 60, loss 0.81, val UAR 71.2, 1:20 left at most."""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    uar = "" if progress.val_uar is None else f"val UAR {100 * progress.val_uar:.1f}, "
    done = f"epoch {progress.epoch} of {progress.epochs}, loss {progress.loss:.2f}"
    return f"{done}, {uar}{minutes}:{seconds:02} left at most"
