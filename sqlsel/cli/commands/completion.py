"""sqlsel completion: what a shell needs to complete commands, options and names."""

from __future__ import annotations

import click

from sqlsel.cli.completing import PROGRAM, VARIABLE
from sqlsel.cli.examples import examples


@click.command(
    "completion",
    short_help="Print what a shell completes sqlsel by.",
    epilog=examples(
        "for good: a line in ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish",
        "sqlsel completion bash >> bashrc",
        "sqlsel completion zsh >> zshrc",
        "sqlsel completion fish >> config.fish",
    ),
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    r"""Print a script by which SHELL (bash, zsh or fish) completes commands, options, files and names.

    Names of datasets, tags, tasks and embeddings are those of the --db on the line. For this shell alone:

    \b
      eval "$(sqlsel completion bash)"
      eval "$(sqlsel completion zsh)"
      sqlsel completion fish | source
    """
    from sqlsel.cli.shells import SHELLS

    root = click.get_current_context().find_root().command
    variables = SHELLS[shell](root, {}, PROGRAM, VARIABLE)
    # source() of bash would first start a bash to see its version
    click.echo(variables.source_template % variables.source_vars())
