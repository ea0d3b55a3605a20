"""An evaluation's report as tables for a terminal."""

from collections.abc import Iterator

from rich.table import Table

from app.pretrain.evaluate import Report


def tables(report: Report) -> Iterator[Table | str]:
    """Bits per byte a source, then cloze, ways of typing, calibration, and what the baselines cost."""
    shown = Table(
        "source", "documents", "bytes", "unigram", "5-gram", "network", "network / 5-gram", title="bits per byte"
    )
    for column in shown.columns[1:]:
        column.justify = "right"
    for row in [*report.sources, report.overall]:
        shown.add_row(
            row.source,
            f"{row.documents:,}",
            f"{row.bytes:,}",
            *(f"{value:.3f}" for value in (row.unigram, row.five_gram, row.network, row.network / row.five_gram)),
            end_section=row is report.sources[-1],
        )
    yield shown
    if report.cloze:
        yield "cloze: " + ", ".join(f"{top} {share:.0%}" for top, share in report.cloze.items())
    yield "bank, bits per byte: " + ", ".join(f"{way} {bits:.3f}" for way, bits in report.as_typed.items())
    same = report.lower_case
    yield (
        f"bank in lower case, {same.contexts:,} contexts: expectations overlap by {same.overlap:.1%}, "
        f"first choice the same in {same.same_first:.1%}"
    )
    yield f"expected calibration error: {report.calibration.error:.4f}"
    cost = report.baselines
    yield (
        f"5-gram: {cost.five_grams:,} 5-grams from {cost.tokens:,} tokens, {cost.seconds:.0f} s, "
        f"peak memory {cost.peak_megabytes:,.0f} MB"
    )
