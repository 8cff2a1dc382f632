import { useId, useState } from 'react'
import { CHAT_TEMPLATES } from '../plan/chat-template.ts'
import { useStudio } from '../store/studio.ts'
import { setChatTemplate } from '../store/vocabulary.ts'

const OWN = 'own'

interface Props {
  /** As the recipe says it; null where it says nothing. */
  readonly template: string | null
  readonly disabled: boolean
}

/** The prompt format of the result. The caller gives it a key, so that a template that comes from elsewhere replaces what is being written. */
export function ChatTemplateSetting({ template, disabled }: Props) {
  const id = useId()
  const isNamed = template === null || template === 'auto' || CHAT_TEMPLATES.has(template)
  const [writing, setWriting] = useState(!isNamed)
  return (
    <>
      <label htmlFor={id}>Chat template</label>
      <select
        id={id}
        disabled={disabled}
        title="Written into the recipe as chat_template"
        value={writing ? OWN : (template ?? '')}
        onChange={({ target: { value } }) => {
          setWriting(value === OWN)
          if (value !== OWN) setChatTemplate(value === '' ? null : value)
        }}
      >
        <option value="">As the base model has it</option>
        <option value="auto">The one most models have</option>
        {[...CHAT_TEMPLATES.keys()].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        <option value={OWN}>Own text</option>
      </select>
      {writing && <TemplateText template={isNamed ? null : template} disabled={disabled} />}
    </>
  )
}

/** Begins with the base model's; written into the recipe when the field is left. */
function TemplateText({ template, disabled }: Props) {
  const id = useId()
  const own = useStudio(baseTemplate)
  const [text, setText] = useState(template ?? own ?? '')
  const isTemplate = /[{}\n]/.test(text)
  return (
    <>
      <label htmlFor={id}>Template text</label>
      <textarea
        id={id}
        rows={4}
        spellCheck={false}
        disabled={disabled}
        placeholder="{% for message in messages %} …"
        title="A Jinja template over messages; it is written into the recipe when you leave the field"
        aria-invalid={text !== '' && !isTemplate}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          if (isTemplate && text !== template) setChatTemplate(text)
        }}
      />
    </>
  )
}

function baseTemplate({ recipe, models, matches }: ReturnType<typeof useStudio.getState>): string | null {
  const first = recipe?.models[0]
  const model = models.find(({ id }) => first !== undefined && id === matches.get(first))
  return model?.phase === 'open' ? (model.checkpoint.vocabulary?.chatTemplate ?? null) : null
}
