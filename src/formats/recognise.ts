/** First bytes of files that people meet under a wrong name, each with the words that say so. */
const SIGNATURES: readonly (readonly [signature: string, words: string])[] = [
  ['PK\x03\x04', 'a zip archive, such as a PyTorch .bin file'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive (7-Zip): unpack it first'],
  ['\x1f\x8b', 'a gzip archive: unpack it first'],
  ['Rar!', 'a RAR archive: unpack it first'],
  [
    'GGUF',
    'a GGUF file, a quantised format of llama.cpp that cannot be merged: take the original checkpoint, in 16 or 32 bits',
  ],
  ['\x89HDF', 'an HDF5 file of TensorFlow or Keras: take the same model as safetensors or PyTorch files'],
  [
    'version https://git-lfs',
    'a git LFS pointer, which stands for a file that was never downloaded: run "git lfs pull" in the folder',
  ],
]

/** No file that is read here begins with so many zeros. */
const ZEROS = 64

/**
 * Says in words what a file is by its first bytes, if it is one of those that are often found under a wrong name.
 * @returns null where nothing is recognised, as with a safetensors file or a pickle
 */
export function recogniseFile(head: Uint8Array): string | null {
  if (head.length === 0) return 'empty (0 bytes): download it again'
  if (head.length >= ZEROS && head.subarray(0, ZEROS).every((byte) => byte === 0))
    return 'a file of zeros, whose space was reserved and never filled: download it again'
  const text = String.fromCharCode(...head.subarray(0, 256))
  const found = SIGNATURES.find(([signature]) => text.startsWith(signature))
  if (found !== undefined) return found[1]
  if (/^\s*<(!doctype html|html|head|\?xml)/i.test(text))
    return 'an HTML web page: the download gave an error page; download it again, signed in where the model asks for it'
  return null
}
