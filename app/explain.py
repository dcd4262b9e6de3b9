"""Says which way a conversation takes through a LAG of a lagoond that runs, and why: explain.py NAME FLOW...
FLOW is in words, such as udp 10.0.0.1:1000 10.0.0.2:2000, or a frame in hexadecimal. See docs/telemetry.md."""

import sys

from instances import NOT_THERE, USAGE, answered, telemetry


def since(milliseconds):
    return f"{milliseconds / 1000:.1f} s" if milliseconds < 60_000 else f"{milliseconds // 60_000} min"


def described(answer):
    """The lines for an answer to /lagoon/explain."""
    if answer["by_frame"]:
        return [f"{answer['lag']}: {answer['distribution']}: every frame goes its own way"]
    lines = [f"{answer['lag']}: {answer['distribution']}, hash {answer['hash']}, bucket {answer['bucket']}"]
    if answer["nic_hash"]:
        lines.append("  the NIC's hash decides where a frame has one, and may have another way")
    for worker, entry in answer["entries"].items():
        lines.append(f"  {entry['member']}: entry of {worker.replace('_', ' ')}, {entry['why']}, "
                     f"for {since(entry['since_ms'])}")
    lane = f"pin {answer['pin']}" if "pin" in answer else "bucket"
    if not answer["member"]:
        lines.append("  nowhere: no member distributes")
        return lines
    why = f"{answer['why']}, for {since(answer['since_ms'])}"
    before = f", before on {answer['before']}" if answer["before"] else ""
    moving = "; it is being moved" if answer["moving"] else ""
    lines.append(f"  {answer['member']}: {lane}, {why}{before}{moving}")
    if answer["entries"]:
        lines.append("  (the entry goes before the bucket)")
    return lines


def main(argv):
    if len(argv) < 2:
        print("usage: explain NAME FLOW, like explain lag0 udp 10.0.0.1:1000 10.0.0.2:2000", file=sys.stderr)
        return USAGE
    name, flow = argv[0], " ".join(argv[1:])
    answer = answered(lambda prefix: telemetry.ask(prefix, f"/lagoon/explain,{name},{flow}"), name)
    if answer is None:
        return NOT_THERE
    print("\n".join(described(answer)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
