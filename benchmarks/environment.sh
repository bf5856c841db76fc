# What all benchmarks share: sourced with the requirements of one of them, from the root of the repository.
# Everything is written below build/bench; $venv is a virtual environment with the programs to compare with.
directory=build/bench
venv=$directory/venv
mkdir -p $directory
[ -x $venv/bin/python ] || "${PYTHON:-python3}" -m venv $venv
$venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"
# The OpenBLAS that comes with a current NumPy knows the processor better than a setting made for an older one.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export PYTHONPATH=benchmarks PYTHONDONTWRITEBYTECODE=1
