"""Medians and ratios as a Markdown table, ready for docs/performance.md."""

import os
import platform
import re
import subprocess
from pathlib import Path
from statistics import median

YARDSTICK = "nginx"


def machine(binary):
    """One line on what was measured where."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    parts = [
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()})",
        f"Linux {platform.release()}",
        version(["nginx", "-v"]),
        version(["wrk", "-v"]),
    ]
    if binary:
        parts.append(version([str(binary), "--version"]))
    return "\n" + ", ".join(parts) + "\n"


def version(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10, check=False)
    return (done.stdout.splitlines() or ["?"])[0].removeprefix("nginx version: ").split(" [")[0].strip()


def table(rounds, connections, seconds):
    """One row a system: medians over the rounds, and behind a figure the median ratio to nginx."""
    lines = [
        "",
        f"{len(rounds)} rounds of {seconds} s, {connections} connection{'' if connections == 1 else 's'}; "
        "medians, and in brackets the median over the rounds of the ratio to nginx (least to most).",
        "",
        "| system | requests/s | p50 µs | p99 µs | CPU µs per request | RSS MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [row(name, rounds) for name in rounds[0]]
    return "\n".join([*lines, ""])


def row(name, rounds):
    cells = [cell(name, rounds, figure, digits) for figure, digits in
             (("rps", 0), ("p50", 0), ("p99", 0), ("cpu", 1), ("rss", 0))]
    return f"| {name} | {' | '.join(cells)} |"


def cell(name, rounds, figure, digits):
    values = [getattr(taken[name], figure) for taken in rounds]
    text = f"{median(values):,.{digits}f}"
    if name == YARDSTICK or figure == "rss":
        return text
    ratios = [getattr(taken[name], figure) / max(getattr(taken[YARDSTICK], figure), 1e-9) for taken in rounds]
    return f"{text} ({median(ratios):.2f}; {min(ratios):.2f}–{max(ratios):.2f})"
