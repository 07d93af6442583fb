"""Draw the letters that cameras burn into their pictures and store them in ``osd.npz``.

Run it with PySide6 installed, the two fonts of README.md present and QT_QPA_PLATFORM=offscreen.
"""

from pathlib import Path

import numpy as np
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QGuiApplication, QImage, QPainter, qRgb

HEIGHT = 24
LATIN_WIDTH, LATIN_SIZE = 11, 18
HAN_WIDTH, HAN_SIZE = 19, 18
# Of the second level, and beyond, what names of sites and cameras use.
RARER = "瞭垛泵砼埠坞舶舱舷栈榨锻铣镗锂焊垃圾桶匝闸舢岷沪甬浙皖赣渝黔滇陕晋冀鲁豫鄂湘粤琼闽埔莞圳"
PUNCTUATION = "、。·「」《》【】（），：；！？—～℃①②③④⑤⑥⑦⑧⑨"


def han() -> str:
    """Return the 3755 most used Chinese characters (the first level of GB 2312)."""
    found = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return "".join(found)


def glyph(character: str, font: QFont, width: int, baseline: int) -> np.ndarray:
    """Return one letter as grey levels, shape (HEIGHT, width)."""
    image = QImage(width, HEIGHT, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(qRgb(255, 255, 255))
    advance = QFontMetricsF(font).horizontalAdvance(character)
    painter.drawText(round((width - advance) / 2), baseline, character)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(HEIGHT, image.bytesPerLine())
    return pixels[:, :width].copy()


def main() -> None:
    """Write osd.npz beside this file."""
    app = QGuiApplication([])
    latin = QFont("DejaVu Sans Mono")
    latin.setPixelSize(LATIN_SIZE)
    latin.setBold(True)
    chinese = QFont("WenQuanYi Micro Hei")
    chinese.setPixelSize(HAN_SIZE)
    for font in (latin, chinese):
        if QFontInfo(font).family() != font.family():
            raise SystemExit(f"missing font: {font.family()}")
        font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
    ascii_glyphs = np.stack([glyph(chr(code), latin, LATIN_WIDTH, 18) for code in range(32, 127)])
    characters = "".join(sorted(set(han() + RARER + PUNCTUATION)))
    levels = np.stack([glyph(c, chinese, HAN_WIDTH, 18) for c in characters])
    quarters = np.minimum((levels.astype(np.uint16) + 42) // 85, 3).astype(np.uint8)
    bits = np.unpackbits(quarters[..., None], axis=-1)[..., -2:]
    np.savez_compressed(
        Path(__file__).with_name("osd.npz"),
        latin=ascii_glyphs,
        characters=np.array([ord(c) for c in characters], np.uint32),
        han=np.packbits(bits.reshape(len(characters), -1), axis=1),
        han_width=HAN_WIDTH,
    )
    app.quit()


if __name__ == "__main__":
    main()
