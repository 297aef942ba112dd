// The frame code of the test card: two rows of 36 square cells at the top left. Row 0 = frame number, row 1 = capture time in
// milliseconds, both modulo 2^32. A row: white, black, 32 bits (most significant first, white = 1), parity (white if odd), its inverse.

const CELLS = 36;

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });

function readRow(pixels, width, side, row) {
  const bits = [];
  const y = Math.floor(row * side + side / 2);
  for (let cell = 0; cell < CELLS; cell += 1) {
    const at = 4 * (y * width + Math.floor(cell * side + side / 2));
    const luma = pixels[at] * 0.2126 + pixels[at + 1] * 0.7152 + pixels[at + 2] * 0.0722;
    if (luma > 70 && luma < 185) return null;
    bits.push(luma >= 128 ? 1 : 0);
  }
  const data = bits.slice(2, 34);
  const parity = data.reduce((sum, bit) => sum ^ bit, 0);
  if (bits[0] !== 1 || bits[1] !== 0 || bits[34] !== parity || bits[35] === parity) return null;
  return data.reduce((value, bit) => value * 2 + bit, 0);
}

export function cellSide(width, height) {
  return Math.max(4, 2 * Math.floor(Math.min(Math.floor(height / 45), Math.floor(width / CELLS)) / 2));
}

export function readFrameCode(video) {
  const height = video.videoHeight;
  if (!height || !context) return null;
  const side = cellSide(video.videoWidth, height);
  if (canvas.width !== CELLS * side) {
    canvas.width = CELLS * side;
    canvas.height = 2 * side;
  }
  context.drawImage(video, 0, 0, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const number = readRow(pixels, canvas.width, side, 0);
  const timeMs = readRow(pixels, canvas.width, side, 1);
  return number === null || timeMs === null ? null : { number, timeMs };
}
