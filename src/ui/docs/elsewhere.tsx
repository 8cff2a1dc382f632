/** How to make the same merge without this page. */
export function Elsewhere() {
  return (
    <>
      <p>
        Recipes are mergekit’s own format, and nothing ties you to this page. Export, “YAML for today’s mergekit”,
        writes a file that gives every tensor the t shown here; a finished merge has the same file as{' '}
        <code>mergekit_config.yml</code>. With mergekit installed (Python and torch; its home is{' '}
        <code>github.com/arcee-ai/mergekit</code>):
      </p>
      <pre className="code">{`pip install mergekit

# a recipe of one document
mergekit-yaml recipe-mergekit.yml ./merged

# a recipe of several stages
mergekit-multi recipe-mergekit.yml \\
  --intermediate-dir ./stages --out-path ./merged`}</pre>
      <p>
        Model names in the file are those of the recipe: mergekit takes a path or a name on the Hugging Face hub, so
        edit them where yours differ. It runs one stage after the other and keeps each stage’s model on disk; for lzlv
        that is two more models of full size.
      </p>
      <h4>How equal the results are</h4>
      <p>
        The same recipe, tensor by tensor, with differences in last bits. mergekit sums norms and inner products in
        float32, which drifts in large tensors: at 65 million elements some 4 % of the values are off by one unit in the
        last place and a few by more, and a tensor close to the threshold may go the other{' '}
        <a href="#help/term-branch">branch</a>. Here sums end in float64. In the small 16-bit models that this page is
        tested with, at least 99.8 % of all elements are equal.
      </p>
      <p>
        Two things are different on purpose, both in <code>tokenizer_source</code> merges: the angle of a SLERP counts
        only rows that both models have, and a row that only one model has stays as it is.
      </p>
    </>
  )
}
