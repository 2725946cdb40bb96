using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

internal sealed class LiteralNode(int at, Value value) : Node(at, waits: false)
{
    public override Value Eval(Frame frame) => value;
}

internal sealed class TemplateNode(int at, Node[] parts) : Node(at, AnyWaits(parts))
{
    public override Value Eval(Frame frame) => Join(frame, EvalAll(parts, frame));

    public override async ValueTask<Value> EvalAsync(Frame frame) => Join(frame, await EvalAllAsync(parts, frame).ConfigureAwait(false));

    private Value Join(Frame frame, Value[] values)
    {
        try
        {
            var text = new StringBuilder();
            foreach (var value in values)
            {
                text.Append(frame.Run.TextOf(value));
                if (text.Length > frame.Run.Limits.MaxString)
                    break;
            }

            return frame.Run.Checked(text.ToString());
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}

internal sealed class LocalNode(int at, Symbol symbol) : Node(at, waits: false)
{
    public override Value Eval(Frame frame) => frame.Read(symbol);

    public override Place Find(Frame frame) => Place.Variable(frame, symbol);

    public override ValueTask<Place> FindAsync(Frame frame) => new(Find(frame));
}

/// <summary>A name that is no variable of the script: a constant the host gave, a function of the script as a value, or nothing.</summary>
internal sealed class OuterNameNode(int at, string name, string[] visible) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        if (frame.Run.Run.Options.Constants.TryGetValue(name, out var constant))
            return constant;
        if (frame.Unit.Code.HasName(name))
            return new FunctionPointer(name, frame.Unit);
        var hint = NearestName.Hint(name, visible.Concat(frame.Run.Run.Options.Constants.Keys));
        if (hint.Length == 0 && frame.Unit.Constants.ContainsKey(name))
            hint = $" — functions see constants as global::{name}";
        else if (hint.Length == 0 && frame.Run.Table.Function(name) is not null)
            hint = $" — it is a function: {name}(…), or Fn(\"{name}\")";
        throw frame.Error(RhaiErrorKind.UnknownVariable, At, $"Variable not found: {name}{hint}", "ErrorVariableNotFound");
    }

    public override Place Find(Frame frame) => Place.Fixed(Eval(frame), name);

    public override ValueTask<Place> FindAsync(Frame frame) => new(Find(frame));
}

internal sealed class PathNode(int at, string[] modules, string name) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        var first = modules[0];
        if (modules.Length == 1 && first == "global")
        {
            if (frame.Unit.Constants.TryGetValue(name, out var constant) || frame.Run.Run.Options.Constants.TryGetValue(name, out constant))
                return frame.Run.Copy(constant);
            throw Unknown(frame, $"global::{name}", NearestName.Hint(name, frame.Unit.Constants.Keys));
        }

        if (modules.Length == 1 && !frame.Unit.Modules.ContainsKey(first) && frame.Run.Table.Modules.TryGetValue(first, out var known))
            return known.TryGetValue(name, out var value) ? value : throw Unknown(frame, $"{first}::{name}", NearestName.Hint(name, known.Keys));
        var module = Calls.Module(frame, modules, At);
        return module.Exports.TryGetValue(name, out var exported)
            ? frame.Run.Copy(exported)
            : throw Unknown(frame, string.Join("::", modules) + "::" + name, NearestName.Hint(name, module.Exports.Keys));
    }

    private RhaiException Unknown(Frame frame, string path, string hint) =>
        frame.Error(RhaiErrorKind.UnknownVariable, At, $"Variable not found: {path}{hint}", "ErrorVariableNotFound");
}

internal sealed class ThisNode(int at) : Node(at, waits: false)
{
    public override Value Eval(Frame frame) => frame.HasThis
        ? frame.This
        : throw frame.Error(RhaiErrorKind.UnknownVariable, At, "'this' is bound only in functions called as methods", "ErrorUnboundThis");

    public override Place Find(Frame frame)
    {
        Eval(frame);
        return Place.This(frame);
    }

    public override ValueTask<Place> FindAsync(Frame frame) => new(Find(frame));
}

/// <summary>A second hold of what a variable keeps: arrays, maps and blobs are copied.</summary>
internal sealed class CopyNode(Node inner) : Node(inner.At, inner.Waits)
{
    public override Value Eval(Frame frame) => Copy(frame, inner.Eval(frame));

    public override async ValueTask<Value> EvalAsync(Frame frame) => Copy(frame, await inner.Run(frame).ConfigureAwait(false));

    public override Place Find(Frame frame) => inner.Find(frame);

    public override ValueTask<Place> FindAsync(Frame frame) => inner.FindAsync(frame);

    private Value Copy(Frame frame, in Value value)
    {
        if (!value.IsComposite)
            return value;
        try
        {
            return frame.Run.Copy(value);
        }
        catch (RhaiException error) when (frame.Locate(error, At))
        {
            throw;
        }
    }
}

internal sealed class ArrayNode(int at, Node[] items) : Node(at, AnyWaits(items))
{
    public override Value Eval(Frame frame) => new RhaiArray([.. EvalAll(items, frame)]);

    public override async ValueTask<Value> EvalAsync(Frame frame) => new RhaiArray([.. await EvalAllAsync(items, frame).ConfigureAwait(false)]);
}

internal sealed class MapNode(int at, string[] keys, Node[] values) : Node(at, AnyWaits(values))
{
    public override Value Eval(Frame frame) => Make(EvalAll(values, frame));

    public override async ValueTask<Value> EvalAsync(Frame frame) => Make(await EvalAllAsync(values, frame).ConfigureAwait(false));

    private RhaiMap Make(Value[] items)
    {
        var map = new RhaiMap();
        for (var i = 0; i < keys.Length; i++)
            map[keys[i]] = items[i];
        return map;
    }
}

internal sealed class RangeNode(int at, Node? from, Node? to, bool isInclusive) : Node(at, AnyWaits([from, to]))
{
    public override Value Eval(Frame frame) => Make(frame, from?.Eval(frame) ?? 0, to?.Eval(frame));

    public override async ValueTask<Value> EvalAsync(Frame frame)
    {
        Value first = from is null ? 0 : await from.Run(frame).ConfigureAwait(false);
        return Make(frame, first, to is null ? (Value?)null : await to.Run(frame).ConfigureAwait(false));
    }

    private RhaiRange Make(Frame frame, in Value first, in Value? last)
    {
        var end = last ?? long.MaxValue;
        if (!first.IsInteger || !end.IsInteger)
        {
            throw frame.Error(RhaiErrorKind.Arguments, At,
                $"a range goes from an integer to an integer, not from {Printer.TypeName(first, frame.Run.Table)} to {Printer.TypeName(end, frame.Run.Table)}", "ErrorMismatchDataType");
        }

        return new RhaiRange(first.Integer, end.Integer, isInclusive || to is null);
    }
}

internal sealed class ClosureNode(int at, FunctionCode code) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        var captures = new Cell[code.Captures.Count];
        for (var i = 0; i < captures.Length; i++)
            captures[i] = frame.Slots[code.Captures[i].Outer.Slot].Cell;
        return new FunctionPointer(code.Name, frame.Unit) { Code = code, Captures = captures };
    }
}
