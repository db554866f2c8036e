import click


@click.command()
@click.option("--key", envvar="API_KEY")
def run(key):
    print(key)
