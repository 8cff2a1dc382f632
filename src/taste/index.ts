export {
  type SpeakRequest,
  TasteClient,
  type TasteInput,
  type TasteMerge,
  type Taster,
  type TextLoss,
} from './taste-client.ts'
export { tasteFiles } from './taste-files.ts'
export { TASTE_LIMIT_BYTES, whyNoTaste } from './why-not.ts'
