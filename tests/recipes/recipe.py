"""The recipes of docs/recipes: their code as it stands there, and what runs it."""
import os
import re
import subprocess
import textwrap

import yaml

from harness import SOURCE_ROOT

FOLDER = SOURCE_ROOT / 'docs' / 'recipes'
BLOCK = re.compile(r'^( *)```(\w+)\n(.*?)^\1```$', re.M | re.S)

# What stands in the recipes for the user's own.
TOKEN = 'YOUR-TOKEN'
HOST = '192.168.1.20'


def blocks(name, language):
    """The blocks of code of that language in docs/recipes/@name."""
    text = (FOLDER / name).read_text(encoding='utf-8')
    return [textwrap.dedent(code) for _, found, code in BLOCK.findall(text) if found == language]


def block(name, language):
    """The only one."""
    found, = blocks(name, language)
    return found


def loader(secrets):
    """Reads YAML as Home Assistant and ESPHome do, with their secrets."""
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor('!secret', lambda load, node: secrets[load.construct_scalar(node)])
    Loader.add_constructor('!extend', lambda load, node: load.construct_scalar(node))
    return Loader


def configuration(name):
    """The configuration of docs/recipes/@name, its first block of YAML being its secrets. Returns: it,
    and what else there is of YAML"""
    secrets, *others = blocks(name, 'yaml')
    read = [yaml.load(text, loader(yaml.safe_load(secrets))) for text in others]
    return read[0], read[1:]


def compiled(world, name, source):
    """@source, C++, as a program."""
    program = world.path(name)
    file = world.path(name + '.cpp')
    file.write_text(source, encoding='utf-8')
    subprocess.run(['g++', '-std=gnu++20', '-Wall', '-Wextra', '-Werror', '-o', program, file,
                    '-I', os.path.dirname(__file__)], check=True)
    return program


class Running:
    """A recipe that runs, and what it says."""

    def __init__(self, world, command, **environment):
        self.log = world.path(f'recipe{len(list(world.path(".").glob("recipe*")))}.log')
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True,
                                            env=dict(os.environ, **environment))

    def said(self):
        return self.log.read_text(encoding='utf-8', errors='replace')

    def forget(self):
        os.truncate(self.log, 0)

    def sockets(self):
        """The sockets that it holds."""
        folder = f'/proc/{self.process.pid}/fd'
        found = set()
        for name in os.listdir(folder):
            try:
                found.add(os.readlink(f'{folder}/{name}'))
            except FileNotFoundError:
                pass
        return {name for name in found if name.startswith('socket:')}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, 9)
        self.process.wait()
