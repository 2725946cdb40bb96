namespace Parley.Testing.Rhai.Evaluation;

/// <summary>
/// A piece of a script ready to run. What cannot wait is evaluated by plain calls (<see cref="Eval"/>), what may wait by awaited ones
/// (<see cref="EvalAsync"/>): a loop that only counts pays nothing for those that wait for a phone to ring.
/// </summary>
/// <param name="at">Offset in the source that errors point at.</param>
/// <param name="waits">Whether it, or something in it, may wait.</param>
internal abstract class Node(int at, bool waits)
{
    public int At { get; } = at;

    public bool Waits { get; } = waits;

    public abstract Value Eval(Frame frame);

    public virtual ValueTask<Value> EvalAsync(Frame frame) => new(Eval(frame));

    public ValueTask<Value> Run(Frame frame) => Waits ? EvalAsync(frame) : new(Eval(frame));

    /// <summary>Where the value is kept, without a copy; a temporary for what is kept nowhere.</summary>
    public virtual Place Find(Frame frame) => Place.Temporary(Eval(frame));

    public virtual async ValueTask<Place> FindAsync(Frame frame) => Place.Temporary(await Run(frame).ConfigureAwait(false));

    protected static bool AnyWaits(IEnumerable<Node?> nodes) => nodes.Any(node => node?.Waits == true);

    protected static Value[] EvalAll(Node[] nodes, Frame frame, int skip = 0)
    {
        var values = new Value[nodes.Length + skip];
        for (var i = 0; i < nodes.Length; i++)
            values[i + skip] = nodes[i].Eval(frame);
        return values;
    }

    protected static async ValueTask<Value[]> EvalAllAsync(Node[] nodes, Frame frame, int skip = 0)
    {
        var values = new Value[nodes.Length + skip];
        for (var i = 0; i < nodes.Length; i++)
            values[i + skip] = await nodes[i].Run(frame).ConfigureAwait(false);
        return values;
    }

    /// <summary>A condition's value: true or false and nothing else.</summary>
    protected static bool Truth(Frame frame, Node node, in Value value) => value.IsBoolean
        ? value.Boolean
        : throw frame.Error(RhaiErrorKind.Arguments, node.At, $"true or false is expected here, not {Printer.TypeName(value, frame.Run.Table)}", "ErrorMismatchDataType");
}
