/**
 * Prompt formats by the names that recipes use, as Jinja templates over `messages` and `add_generation_prompt`. Written from the formats'
 * own descriptions.
 */
export const CHAT_TEMPLATES: ReadonlyMap<string, string> = new Map([
  [
    'alpaca',
    `{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}{% elif message['role'] == 'assistant' %}{{ '### Response:\\n' + message['content'] + eos_token + '\\n\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}`,
  ],
  [
    'chatml',
    `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
  ],
  [
    'llama3',
    `{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}`,
  ],
  [
    'mistral',
    `{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% else %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% endif %}{% endfor %}`,
  ],
  [
    'exaone',
    `{% for message in messages %}{{ '[|' + message['role'] + '|]' + message['content'] }}{% if message['role'] == 'user' %}{{ '\\n' }}{% else %}{{ '[|endofturn|]\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '[|assistant|]' }}{% endif %}`,
  ],
])

/**
 * The template that a recipe asks for: a name, `auto` (the one that most models have; the earlier one where as many have another), or the
 * template itself.
 * @param own the models' templates, the base model's first
 * @returns null where none of the models has one; undefined for a name that nobody knows
 */
export function chooseTemplate(asked: string, own: readonly (string | null)[]): string | null | undefined {
  if (asked === 'auto') {
    const votes = new Map<string, number>()
    for (const template of own) if (template !== null) votes.set(template, (votes.get(template) ?? 0) + 1)
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
  }
  return CHAT_TEMPLATES.get(asked) ?? (/[{}\n]/.test(asked) ? asked : undefined)
}
