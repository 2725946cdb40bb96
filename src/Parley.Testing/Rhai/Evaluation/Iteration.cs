namespace Parley.Testing.Rhai.Evaluation;

/// <summary>One value after the other that <c>for</c> goes through: a sequence that is no array.</summary>
internal sealed class RhaiSequence(IEnumerable<Value> items)
{
    public IEnumerable<Value> Items { get; } = items;

    public override string ToString() => "<iterator>";
}

/// <summary>What <c>for</c> can go through.</summary>
internal static class Iteration
{
    public static bool TryGet(in Value value, out IEnumerable<Value> items)
    {
        items = value.Kind switch
        {
            ValueKind.Array => value.Array.Items,
            ValueKind.Range => Range(value.Range),
            ValueKind.String => value.Text.EnumerateRunes().Select(rune => (Value)rune),
            ValueKind.Blob => value.Blob.Bytes.Select(item => (Value)(long)item),
            ValueKind.Host when value.Object is RhaiSequence sequence => sequence.Items,
            _ => null!,
        };
        return items is not null;
    }

    public static IEnumerable<Value> Range(RhaiRange range)
    {
        for (var at = range.From; range.Contains(at);)
        {
            yield return at;

            // The last step may lead out of what an integer holds.
            var next = unchecked(at + range.Step);
            if (range.Step > 0 ? next <= at : next >= at)
                yield break;
            at = next;
        }
    }
}
