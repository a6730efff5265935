"""Load from wrk; CPU, memory and steal from /proc."""

import os
import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# A round in which the host took more of the processor than this says nothing.
MOST_STEAL = 0.10

UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000}


@dataclass
class Sample:
    """One system under load once. Times in microseconds, memory in MiB."""

    rps: float
    p50: float
    p99: float
    cpu: float
    rss: float


def interleave(systems, connections, seconds, rounds):
    """Rounds of {system's name: Sample}; at most twice as many are tried as are wanted."""
    for system in systems:
        load(system, connections, 1)
    valid = []
    for _ in range(2 * rounds):
        before, ours_before = processor_times(), our_seconds(systems)
        taken = {system.name: load(system, connections, seconds) for system in systems}
        after, ours = processor_times(), our_seconds(systems) - ours_before
        stolen = steal_between(before, after)
        others = others_between(before, after, ours)
        verdict = "discarded" if stolen > MOST_STEAL else "kept"
        rates = ", ".join(f"{name} {sample.rps:,.0f}/s" for name, sample in taken.items())
        print(f"{connections} connections: {rates}; steal {stolen:.0%}, others {others:.0%}: {verdict}", flush=True)
        if verdict == "kept":
            valid.append(taken)
        if len(valid) == rounds:
            break
    if not valid:
        raise RuntimeError("the host took too much of the processor in every round; try again later")
    return valid


def load(system, connections, seconds):
    """Loads one system and returns what it did, or raises if an answer was not a success."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s", "--latency"]
    for name, value in system.headers.items():
        command += ["-H", f"{name}: {value}"]
    before = cpu_seconds(system.pid)
    done = subprocess.run([*command, system.url], capture_output=True, text=True, timeout=seconds + 30, check=True)
    used = cpu_seconds(system.pid) - before
    return read_wrk(system.name, done.stdout, used, resident(system.pid))


def read_wrk(name, text, cpu, rss):
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"{name} did not answer every request with success:\n{text}")
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    return Sample(rate, percentile(text, 50), percentile(text, 99), cpu * 1e6 / max(requests, 1), rss)


def percentile(text, which):
    value, unit = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m)$", text, re.MULTILINE).groups()
    return float(value) * UNITS[unit]


def family(pid):
    """A process and all its descendants: nginx works in children, Magpie in threads."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def cpu_seconds(pid):
    """User and system time of a process and its descendants so far."""
    total = 0
    for member in family(pid):
        # The second field is the name in brackets, which may hold spaces.
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_SECOND


def resident(pid):
    """Resident memory of a process and its descendants in MiB; pages they share count once for each."""
    kib = 0
    for member in family(pid):
        kib += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{member}/status").read_text())[1])
    return kib / 1024


def processor_times():
    return [int(number) for number in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def steal_between(before, after):
    """The share of all processor time in between that the host gave to others."""
    spent = [late - early for early, late in zip(before, after)]
    return spent[7] / max(sum(spent), 1)


def our_seconds(systems):
    """Processor time of everything that was started here: the systems, and each wrk that has ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(cpu_seconds(system.pid) for system in systems) + ended.ru_utime + ended.ru_stime


def others_between(before, after, ours):
    """The share of all processor time in between that went to programs not started here."""
    spent = [late - early for early, late in zip(before, after)]
    # Fields 3 and 4 are idle and waiting, 7 is steal.
    busy = sum(spent[:3]) + sum(spent[5:7])
    return max(busy - ours * TICKS_PER_SECOND, 0) / max(sum(spent), 1)
