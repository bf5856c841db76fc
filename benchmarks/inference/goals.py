"""What was asked of the library, and whether the tables say that it is met."""

from table import Table


def goals(tables):
    """A table of goals from those tables, by name, that were measured."""
    made = Table("goals", "What was asked", ["what", "asked", "measured", "met"])

    def add(what, bound, value, form="{:.2f}"):
        least = bound.startswith("≥")
        limit = float(bound.split()[1])
        met = value >= limit if least else value <= limit
        made.rows.append([what, bound, form.format(value), "yes" if met else "no"])

    if batches := tables.get("batches"):
        large = [value for name, value in batches.items() if name.isdigit() and int(name) >= 64]
        for rival in ("ONNX Runtime", "OpenVINO"):
            add(f"throughput over that of {rival}, the least of the batches of 64 and more", "≥ 1.1",
                min(value[rival] for value in large))
        add("share of the rate of OpenBLAS, the least of the same", "≥ 0.85", min(value["share"] for value in large))
        add("one spectrum from features: time of ONNX Runtime over ours", "≥ 2", batches["1"]["ONNX Runtime"])
        add("one spectrum from features, over reading the parameters", "≤ 1.5", batches["reading"])
    if stages := tables.get("stages"):
        add("one raw spectrum of 2048 channels, µs", "≤ 25", stages["2048"], "{:.1f}")
    if (image := tables.get("image")) and "2" in image:
        add("an image by two threads over one", "≥ 1.9", image["2"])
    if references := tables.get("references"):
        add("loading five members and 1,000 references again, ms", "≤ 10", references["1000"], "{:.1f}")
    if footprint := tables.get("footprint"):
        large = footprint["SpectraInfer: 5 members, 1,000 references"]
        add("the same in a new process, ms", "≤ 10", large["loading"], "{:.1f}")
        add("library, MB", "≤ 7", large["library"])
        add("memory more after loading it, MB", "≤ 25", large["memory"], "{:.1f}")
    return made
