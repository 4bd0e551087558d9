// Inflates at once, for a reader who prints before the browser's own inflating, which takes its time,
// has come to the end: printing waits for nothing. Source: RFC 1950 and 1951, as in zlib's puff.c.
const inflatedNow = (() => {
  const lengths = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const distances = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const distanceBits = distances.map((_, i) => Math.max(0, (i >> 1) - 1));
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const fixed = [codeOf([...Array(288).keys()].map((i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))), codeOf(Array(30).fill(5))];

  class Bits {
    constructor(bytes) {
      Object.assign(this, { bytes, at: 2, held: 0, count: 0 });  // two bytes say that it is zlib's
    }

    take(n) {
      for (; this.count < n; this.count += 8) this.held |= this.bytes[this.at++] << this.count;
      const value = this.held & ((1 << n) - 1);
      this.held >>>= n;
      this.count -= n;
      return value;
    }
  }

  // A canonical Huffman code: how many symbols have each length, and the symbols in order.
  function codeOf(bitLengths) {
    const counts = new Uint16Array(16);
    for (const length of bitLengths) counts[length]++;
    counts[0] = 0;
    const next = new Uint16Array(17);
    for (let i = 1; i < 16; i++) next[i + 1] = next[i] + counts[i];
    const symbols = new Uint16Array(bitLengths.length);
    bitLengths.forEach((length, symbol) => length && (symbols[next[length]++] = symbol));
    return { counts, symbols };
  }

  function symbolOf(bits, { counts, symbols }) {
    for (let length = 1, code = 0, first = 0, place = 0; length < 16; length++) {
      code |= bits.take(1);
      if (code - counts[length] < first) return symbols[place + code - first];
      place += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    throw new Error("not deflated data");
  }

  function codesOf(bits) {
    const [literals, far, own] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
    const small = Array(19).fill(0);
    for (let i = 0; i < own; i++) small[order[i]] = bits.take(3);
    const code = codeOf(small);
    const found = [];
    while (found.length < literals + far) found.push(...run(bits, symbolOf(bits, code), found.at(-1)));
    return [codeOf(found.slice(0, literals)), codeOf(found.slice(literals))];
  }

  function run(bits, symbol, last) {
    if (symbol < 16) return [symbol];
    if (symbol === 16) return Array(3 + bits.take(2)).fill(last);
    return Array(symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7)).fill(0);
  }

  class Output {
    constructor(size) {
      Object.assign(this, { bytes: new Uint8Array(size), length: 0 });
    }

    put(byte) {
      if (this.length === this.bytes.length) {
        const larger = new Uint8Array(2 * this.length);
        larger.set(this.bytes);
        this.bytes = larger;
      }
      this.bytes[this.length++] = byte;
    }
  }

  function stored(bits, output) {
    bits.held = bits.count = 0;
    const size = bits.bytes[bits.at] | (bits.bytes[bits.at + 1] << 8);
    bits.at += 4;
    for (let i = 0; i < size; i++) output.put(bits.bytes[bits.at++]);
  }

  function block(bits, output, [near, far]) {
    for (let symbol = symbolOf(bits, near); symbol !== 256; symbol = symbolOf(bits, near)) {
      if (symbol < 256) output.put(symbol);
      else {
        const length = lengths[symbol - 257] + bits.take(lengthBits[symbol - 257]);
        const place = symbolOf(bits, far);
        const back = distances[place] + bits.take(distanceBits[place]);
        for (let i = 0; i < length; i++) output.put(output.bytes[output.length - back]);
      }
    }
  }

  return (bytes) => {
    const [bits, output] = [new Bits(bytes), new Output(8 * bytes.length)];
    for (let isLast = 0; !isLast;) {
      isLast = bits.take(1);
      const kind = bits.take(2);
      if (kind === 0) stored(bits, output);
      else block(bits, output, kind === 1 ? fixed : codesOf(bits));
    }
    return output.bytes.slice(0, output.length);
  };
})();
