"""The picture of a soak."""
import itertools

import matplotlib

matplotlib.use('svg')
matplotlib.rcParams['svg.fonttype'] = 'none'
matplotlib.rcParams['svg.hashsalt'] = 'soak'
from matplotlib import pyplot  # noqa: E402  the backend comes first

PANELS = (
    ('resident memory, MiB', (('memory', 1 / 1024, None),), 'linear'),
    ('descriptors', (('descriptors', 1, None),), 'linear'),
    ('wake-ups a second', (('wakeups', 1, None),), 'linear'),
    ('processor, ms a second', (('processor', 1, None),), 'linear'),
    ('latency of a record, ms', (('median', 1, 'median'), ('slowest', 1, 'slowest')), 'log'),
)


def spans(samples):
    """When something was done to the plant: begins and ends."""
    for fault, group in itertools.groupby(zip(samples, samples[1:]), lambda pair: pair[1]['fault']):
        pairs = list(group)
        if fault:
            yield pairs[0][0]['time'], pairs[-1][1]['time']


def plot(samples, title, path):
    """Writes @path, an SVG; where something was done to the plant the ground is grey."""
    minutes = [sample['time'] / 60 for sample in samples]
    figure, panels = pyplot.subplots(len(PANELS), sharex=True, figsize=(9, 11), layout='constrained')
    figure.suptitle(title)
    for axes, (name, lines, scale) in zip(panels, PANELS):
        for key, factor, label in lines:
            axes.plot(minutes, [sample[key] * factor for sample in samples], linewidth=1, label=label)
        axes.set_title(name, loc='left', fontsize='medium')
        axes.set_yscale(scale)
        if scale == 'linear':
            axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        for begin, end in spans(samples):
            axes.axvspan(begin / 60, end / 60, color='black', alpha=0.08, linewidth=0)
    panels[-1].legend(loc='upper left')
    panels[-1].set_xlabel('minutes')
    figure.savefig(path, metadata={'Date': None})
