import type { ReactNode } from 'react'
import { LossPicture } from './picture-loss.tsx'
import { DialectPicture, GradientPicture, GramPicture, SharePicture, TPicture } from './pictures-depth.tsx'
import { AnglePicture, BranchPicture, DifferencePicture, DriftPicture, SlerpPicture } from './pictures-sphere.tsx'
import type { Term } from './term.ts'

interface TermWords {
  readonly Picture: () => ReactNode
  readonly text: ReactNode
}

/** What each word means here, in a few sentences. */
export const TERM_WORDS: Readonly<Record<Term, TermWords>> = {
  t: {
    Picture: TPicture,
    text: (
      <>
        <p>
          How far a tensor is turned from one model to the other: 0 is the base model, 1 the other, 0.3 three tenths of
          the way.
        </p>
        <p>
          At exactly 0 or 1 the tensor is copied, bit for bit. Below 0 and above 1 the result goes beyond a model: that
          is allowed, with a warning.
        </p>
      </>
    ),
  },
  gradient: {
    Picture: GradientPicture,
    text: (
      <>
        <p>
          A list of values of t, spread evenly over the model’s depth, with straight lines between them. The first value
          is layer 0, the last one the last layer: <code>[0.25, 0.3, 0.5]</code> begins with a quarter of the other
          model and ends half and half.
        </p>
        <p>
          Embedding, final norm and head lie outside the layers and take one of the values; which one depends on the
          dialect. A filter gives some tensors, such as <code>mlp</code>, a curve of their own.
        </p>
      </>
    ),
  },
  slerp: {
    Picture: SlerpPicture,
    text: (
      <>
        <p>
          Spherical linear interpolation. A tensor is a direction and a length. The straight line between two directions
          (LERP) cuts through the sphere, so that what lies on it is too short; SLERP goes along the arc, and each step
          of t turns by the same angle.
        </p>
        <p>
          With the angle θ between <i>a</i> and <i>b</i>: <i>a</i> · sin((1 − t) θ) / sin θ + <i>b</i> · sin(t θ) / sin
          θ (Ken Shoemake, 1985).
        </p>
      </>
    ),
  },
  branch: {
    Picture: BranchPicture,
    text: (
      <>
        <p>
          Which way a tensor is made. <b>SLERP</b> goes along the arc. <b>LERP</b>, the straight line, is taken where
          two tensors are nearly parallel (|cos θ| above 0.9995, an angle under 1.81°): the arc is straight there, and
          its formula divides by almost nothing. <b>Copied</b> tensors come from one model as they are: at t = 0 or 1,
          and where the recipe passes a layer through.
        </p>
        <p>Norms often go by LERP although the matrices around them do not.</p>
      </>
    ),
  },
  share: {
    Picture: SharePicture,
    text: (
      <>
        <p>
          How much of each original model is in a tensor, followed through all stages: 30 % of a stage that is 40 % of
          the result is 12 % of the result. The map mixes the models’ colours in these parts.
        </p>
        <p>
          Shares count t and weights alone, so that they are known before anything is read. On the arc the coefficients
          add up to a little more than one; the table has them.
        </p>
      </>
    ),
  },
  gram: {
    Picture: GramPicture,
    text: (
      <>
        <p>
          The inner products of all pairs of models, for one tensor: on the diagonal each one’s length squared,
          elsewhere how far two point the same way. Three models give six numbers.
        </p>
        <p>
          Angle, length and coefficients of every stage follow from these six, and from nothing else. That is why the
          page can show a change of t at once, without reading weights again. They come from samples first and are exact
          once the whole tensor has been read.
        </p>
      </>
    ),
  },
  angle: {
    Picture: AnglePicture,
    text: (
      <>
        <p>
          The angle between the two tensors that a stage blends, taken as one long row of numbers each. Fine-tunes of
          one base usually lie within a few degrees; 90° means that they have nothing to do with each other.
        </p>
        <p>“Mean-centred” takes each tensor’s mean off before measuring. It changes what is shown, never the merge.</p>
      </>
    ),
  },
  drift: {
    Picture: DriftPicture,
    text: (
      <p>
        The length of the result against the lengths of its inputs, interpolated as t says. SLERP keeps it near zero
        where the inputs are equally long; the straight line makes it negative, the more so the wider the angle.
      </p>
    ),
  },
  difference: {
    Picture: DifferencePicture,
    text: (
      <p>
        How far the result lies from the base model, in parts of the base’s length. Nothing at t = 0; at t = 1 the whole
        distance between the two models.
      </p>
    ),
  },
  dialect: {
    Picture: DialectPicture,
    text: (
      <>
        <p>
          Which tool’s rule turns the list into t. The same list meant different weights in different tools: mergekit of
          2023 gave the final norm and the head the last value, mergekit since March 2025 gives them the first.
        </p>
        <p>
          A recipe is read as one of today’s mergekit unless it says otherwise. “Compare with” draws what another tool
          would have made of it.
        </p>
      </>
    ),
  },
  loss: {
    Picture: LossPicture,
    text: (
      <>
        <p>
          How much a text surprises a model, on average for each token: the negative natural logarithm of the
          probability that it gave to the token that came. Nothing surprises at 0; a model that has no idea which of 768
          tokens comes next has ln 768 = 6.64, and one that is sure of the wrong ones has more.
        </p>
        <p>
          A lower loss on a voice means that the merge knows how that voice goes on. It does not mean that what it
          writes is true, or good.
        </p>
      </>
    ),
  },
}
