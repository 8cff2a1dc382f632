import type { ModelFolder } from '../formats/checkpoint.ts'
import { StudioError } from '../problem.ts'
import { lzlvTemplate } from '../recipe/index.ts'
import { refusedWhileMerging } from './merging.ts'
import { openContent, removeModel } from './models.ts'
import { importRecipe } from './recipe.ts'
import { notify, type OpenedModel, useStudio } from './studio.ts'
import { setTasteRequest, setVoices } from './taste.ts'
import type { Voice } from './taste-state.ts'

/** public/demo/demo.json: what ships with the page. */
interface DemoIndex {
  /** Folders of public/demo, and the names of their files. */
  readonly models: readonly { readonly name: string; readonly files: readonly string[] }[]
  readonly voices: readonly Voice[]
  readonly prompt: string
}

const NAMES = { mythospice: 'demo-storyteller', xwin: 'demo-guide', hermes: 'demo-parrot' }

/** True for a model that ships with the page. */
export function isDemoModel({ name, handle }: Pick<OpenedModel, 'name' | 'handle'>): boolean {
  return handle === null && Object.values<string>(NAMES).includes(name)
}

/** Texts of each voice that the panel measures: enough for a steady number, few enough for a drag. */
const TEXTS_MEASURED = 6

/** Opens the models that ship with the page, over them the recipe of lzlv_70B, and lets them speak. */
export async function openDemo(): Promise<void> {
  if (refusedWhileMerging()) return
  useStudio.setState({ notice: null, demo: 'opening' })
  try {
    const index = await openModels()
    importRecipe(lzlvTemplate(NAMES).replace('out_dtype: float16', 'out_dtype: bfloat16'), 'Demo')
    setTasteRequest({ prompt: index.prompt })
    useStudio.setState({ demo: 'open' })
  } catch (cause) {
    useStudio.setState({ demo: 'closed' })
    notify(cause)
  }
}

/** Opens the models alone, as after a reload. */
export async function reopenDemo(): Promise<void> {
  useStudio.setState({ demo: 'opening' })
  try {
    await openModels()
    useStudio.setState({ demo: 'open' })
  } catch (cause) {
    useStudio.setState({ demo: 'closed' })
    notify(cause)
  }
}

async function openModels(): Promise<DemoIndex> {
  const index = JSON.parse(await (await fetchOwn('demo.json')).text()) as DemoIndex
  const folders = await Promise.all(index.models.map(fetchFolder))
  for (const folder of folders) {
    const { models } = useStudio.getState()
    for (const { id } of models.filter((model) => model.name === folder.name && model.handle === null))
      await removeModel(id)
    await openContent(folder)
  }
  setVoices(index.voices.map(({ name, texts }) => ({ name, texts: texts.slice(0, TEXTS_MEASURED) })))
  return index
}

async function fetchFolder({ name, files }: DemoIndex['models'][number]): Promise<ModelFolder> {
  const content = await Promise.all(
    files.map(async (file) => [file, await (await fetchOwn(`${name}/${file}`)).blob()] as const),
  )
  return { name, files: new Map(content) }
}

/** Fetches a file of the demo and keeps it for visits without a network. */
async function fetchOwn(path: string): Promise<Response> {
  const url = new URL(`demo/${path}`, document.baseURI)
  // Pages of insecure origins have no such storage.
  const kept = 'caches' in globalThis ? await caches.open('demo') : null
  let response: Response
  try {
    response = await fetch(url)
  } catch (cause) {
    const known = await kept?.match(url)
    if (known !== undefined) return known
    throw new StudioError(
      `The demo could not be loaded (demo/${path}): this device is offline, and the demo was not opened here before. Try again when it is online.`,
      { cause },
    )
  }
  if (!response.ok)
    throw new StudioError(
      `The demo could not be loaded: this site has no file demo/${path} (HTTP ${response.status}). Whoever hosts the studio can copy public/demo to it.`,
    )
  // Where the storage is full the demo works all the same, with a network.
  await kept?.put(url, response.clone()).catch(() => undefined)
  return response
}
