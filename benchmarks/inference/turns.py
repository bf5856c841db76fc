"""Times contenders in turns, so that whatever disturbs the machine disturbs all of them."""

import csv
import sys

import machine


class Turns:
    """Times rows of one table, and writes every single time to a CSV file as it goes."""

    columns = ["table", "row", "program", "round", "calls", "spectra", "seconds", "processor_seconds"]

    def __init__(self, path, rounds, turn_seconds, patience):
        self.path, self.rounds, self.turn_seconds, self.patience = path, rounds, turn_seconds, patience
        self.begin(self.columns)

    def begin(self, columns):
        """Begins the file with these columns, for a table that is not timed in turns."""
        with open(self.path, "w", newline="") as file:
            csv.writer(file).writerow(columns)

    def write(self, *rows):
        with open(self.path, "a", newline="") as file:
            csv.writer(file).writerows(rows)

    def wait(self):
        if self.patience:
            machine.wait_for_quiet(self.patience)

    def time(self, table, row, contenders, rounds=None, turn_seconds=None):
        """Times the contenders, a dictionary by name, and ends them. Returns the `Times` of each."""
        print(f"{table}: {row}", file=sys.stderr)
        calls = {name: self.calls(contender, turn_seconds or self.turn_seconds)
                 for name, contender in contenders.items()}
        times = {name: Times() for name in contenders}
        for number in range(rounds or self.rounds):
            self.wait()
            for name, contender in contenders.items():
                count = calls[name]
                if count > 1:
                    contender.run(1 + count // 20)  # brings what it needs back into the caches
                passed, work = contender.run(count)
                self.write([table, row, name, number + 1, count, contender.spectra, passed, work])
                times[name].add(passed / count / contender.spectra, work / count / contender.spectra)
        for contender in contenders.values():
            contender.end()
        return times

    @staticmethod
    def calls(contender, turn_seconds):
        """How many calls take about as long as a turn."""
        count = 1
        while True:
            passed, _ = contender.run(count)
            if passed > turn_seconds / 4:
                return max(1, round(count * turn_seconds / passed))
            count *= 4


class Times:
    """Seconds a spectrum, of each round."""

    def __init__(self):
        self.passed, self.work = [], []

    def add(self, passed, work):
        self.passed.append(passed)
        self.work.append(work)

    @property
    def least(self):
        """The least processor time: other programs disturb it least."""
        return min(self.work)

    @property
    def least_passed(self):
        return min(self.passed)
