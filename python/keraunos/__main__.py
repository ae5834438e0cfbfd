"""`python -m keraunos`, also installed as `keraunos`."""

import sys

USAGE = """usage: keraunos script.py [arguments]     runs a script or notebook in which keras and tensorflow are
keraunos
       keraunos doctor                    says which kernels and GPUs can be used here, and what is missing"""


def main(arguments=None):
    """Runs a command. Returns the exit status: 0, or 2 for a command that does not exist."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["doctor"]:
        from keraunos.runtime import doctor

        print("\n".join(doctor.report()))
        return 0
    if arguments and arguments[0].endswith((".py", ".ipynb")):
        from keraunos.compat.scripts import run

        try:
            run(arguments[0], arguments[1:])
        except FileNotFoundError as error:
            if error.filename is not None:
                raise
            print(error, file=sys.stderr)
            return 2
        return 0
    print(USAGE)
    return 0 if arguments in (["-h"], ["--help"]) else 2


if __name__ == "__main__":
    sys.exit(main())
