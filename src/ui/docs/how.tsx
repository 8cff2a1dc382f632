import { FlowPicture } from './flow-picture.tsx'

/** How a merge is made, from headers to files. */
export function How() {
  return (
    <>
      <p>
        A fine-tune is a base model whose weights were moved a little. Two fine-tunes of one base can be blended, weight
        by weight: turn one model’s tensors <a href="#help/term-t">a fraction t</a> of the way towards the other’s,
        along the sphere on which both lie (<a href="#help/term-slerp">SLERP</a>), by as much as a{' '}
        <a href="#help/term-gradient">gradient</a> says at that depth. A recipe may have several such stages, each using
        the results of others. lzlv_70B was made of three models in three stages.
      </p>
      <FlowPicture />
      <ol className="docs-steps">
        <li>
          <b>Headers first.</b> Opening a model reads some kilobytes: names, shapes and places of its tensors. From
          these and the recipe the page plans every tensor of the result, every file and every byte, and lists what is
          wrong before anything is written. What you see is the plan that runs.
        </li>
        <li>
          <b>Gram.</b> One pass over a tensor of all models gives the inner products of each pair: its{' '}
          <a href="#help/term-gram">Gram matrix</a>. Sums are finished in float64.
        </li>
        <li>
          <b>Coefficients.</b> SLERP and LERP return so much of one tensor plus so much of the other. How much follows
          from the Gram matrix alone, for every stage, in float64: a few dozen operations.
        </li>
        <li>
          <b>Blend.</b> A second pass multiplies, adds and rounds, one stage after another in registers, rounding
          between stages where the recipe’s <code>dtype</code> says so. No intermediate model is written, and none takes
          space: a merge of three 138 GB models writes 138 GB.
        </li>
        <li>
          <b>Files.</b> Tensors stream into shards of a standard checkpoint: safetensors with index,{' '}
          <code>config.json</code>, tokenizer, model card and recipe. A shard is read again and compared before it
          counts as finished. The index is written last: a folder that has one is complete.
        </li>
      </ol>
      <p>
        Both passes run on the GPU through WebGPU where there is one that passes a test, bit for bit, and in WebAssembly
        otherwise. For 16-bit checkpoints all engines write the same bytes. A tensor whose inputs fit the memory budget
        is read once, a larger one twice, tile by tile; the bar at the bottom says how much.
      </p>
      <p>
        What the charts show is geometry: angles, lengths, shares. None of it says whether the merged model is any good.
        That takes reading what it writes. Under “Taste” the merged model is made in memory, by the same engine, and
        writes while you bend the curve, if the models are small enough for a browser tab (LLaMA-like, up to 512 MiB
        each).
      </p>
    </>
  )
}
