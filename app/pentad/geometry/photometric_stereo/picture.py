"""A photograph without its lights: the colour of each pixel of a light stack."""

import cv2
import numpy as np

from pentad.core.arrays import Floats, Image, Rgb
from pentad.geometry.photometric_stereo.lighting import Lighting
from pentad.geometry.photometric_stereo.stack import LightStack
from pentad.sdk import Ticket

_CHUNK = 65536
_BRIGHTEST = 99.5
_SAMPLES = 200_000


def albedo_picture(stack: LightStack, lighting: Lighting, albedo: Floats, *, ticket: Ticket | None = None) -> Rgb:
    """(H, W, 3) 8-bit sRGB of the surface's own colour, as bright as its brightest parts allow.

    ``albedo`` (H, W) gives the brightness and the stack's sums over its lights the hue, for on a Lambert surface all
    channels see the same cosines. Where nothing was solved (0) the mean of the photographs stands in.
    """
    height, width = stack.shape
    flat, out = albedo.reshape(-1), np.empty((height * width, 3), np.uint8)
    known = flat[:: max(1, flat.size // _SAMPLES)]
    known = known[known > 0]
    top = float(np.percentile(known, _BRIGHTEST)) if known.size else max(float(stack.small.max()), 1e-12)
    for start in range(0, flat.size, _CHUNK):
        part = slice(start, min(start + _CHUNK, flat.size))
        mean = _mean(stack, lighting, part)
        grey = mean.mean(axis=1, keepdims=True)
        bright = np.where(flat[part] > 0, flat[part], grey[:, 0])[:, None]
        hue = np.divide(mean, grey, out=np.ones_like(mean), where=grey > 0)
        out[part] = _srgb(np.asarray(bright * hue / np.float32(top), np.float32))
        if ticket is not None:
            ticket.report(part.stop / flat.size)
    return out.reshape(height, width, 3)


def brightest(stack: LightStack, *, ticket: Ticket | None = None) -> Rgb:
    """(H, W, 3) 8-bit grey of each pixel's brightest light: where the part is, nearly nothing of it is dark."""
    height, width = stack.shape
    out = np.empty(height * width, np.uint8)
    top = max(float(np.percentile(stack.small, _BRIGHTEST)), 1e-12)
    for start in range(0, out.size, _CHUNK):
        part = slice(start, min(start + _CHUNK, out.size))
        peak = np.zeros(part.stop - part.start, np.float32)
        for number in range(len(stack)):
            np.fmax(peak, _grey(stack.tile(number, part)), out=peak)
        out[part] = np.rint(255 * np.sqrt(np.clip(peak / top, 0, 1)))
        if ticket is not None:
            ticket.report(part.stop / out.size)
    return np.asarray(cv2.cvtColor(out.reshape(height, width), cv2.COLOR_GRAY2RGB), np.uint8)


def _mean(stack: LightStack, lighting: Lighting, part: slice) -> Floats:
    """(P, 3) mean over the lights, each channel by its light's intensity."""
    total = np.zeros((part.stop - part.start, 3), np.float32)
    for number in range(len(stack)):
        codes = stack.tile(number, part).astype(np.float32)
        total += np.nan_to_num(codes if codes.ndim == 2 else codes[:, None]) * lighting.gains[number]
    return np.asarray(total / np.float32(len(stack)), np.float32)


def _grey(codes: Image) -> Floats:
    return np.asarray(codes.max(axis=1) if codes.ndim == 2 else codes, np.float32)


def _srgb(light: Floats) -> Rgb:
    light = np.clip(light, 0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** np.float32(1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * coded), np.uint8)
