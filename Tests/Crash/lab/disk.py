def disk(bench, seed, runs, command, options):
    from lab.report import Tally
    return Tally("disk")
