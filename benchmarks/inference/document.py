"""The tables as Markdown: a file of their own, or between the marks of another."""

import re


def about(kept):
    """When and where the tables were measured."""
    dates = sorted({one["date"] for one in kept})
    processors = sorted({one["circumstances"]["processor"] for one in kept})
    versions = kept[-1]["circumstances"]["versions"]
    libraries = {one["circumstances"]["library"] for one in kept}
    text = (f"Measured on {' to '.join(dates[:1] + dates[1:][-1:])} on {' and '.join(processors)}: ONNX Runtime "
            f"{versions['onnxruntime']}, OpenVINO {versions['openvino']}, NumPy {versions['numpy']}.")
    if any(one["circumstances"]["quick"] for one in kept):
        text += " Some tables are of a quick run."
    if len(libraries) > 1:
        text += " Not all tables are of the same build of the library."
    return text


def write(path, tables, kept):
    parts = [f"## {table.title}\n\n{table.markdown()}\n" for table in tables]
    path.write_text("\n".join([about(kept) + "\n", *parts]))


def fill(path, tables, kept):
    """Puts each table between `<!-- table: NAME -->` and `<!-- end -->`, where the file has these marks."""
    text = path.read_text()
    content = {"about": about(kept), **{table.name: table.markdown() for table in tables}}

    def block(match):
        name = match.group(1)
        inside = content[name] + "\n" if name in content else match.group(2)
        return f"<!-- table: {name} -->\n{inside}<!-- end -->"

    path.write_text(re.sub(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", block, text, flags=re.DOTALL))
