namespace Parley.Testing.Rhai.Evaluation;

/// <summary><c>Fn("name")</c>: a function by its name.</summary>
internal sealed class FunctionNameNode(int at, Node name) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        var value = name.Eval(frame);
        return value.IsString
            ? new FunctionPointer(value.Text, frame.Unit)
            : throw frame.Error(RhaiErrorKind.Arguments, At, $"Fn takes a function's name, not {Printer.TypeName(value, frame.Run.Table)}", "ErrorMismatchDataType");
    }
}

/// <summary><c>is_def_fn("name", count)</c>.</summary>
internal sealed class IsFunctionNode(int at, Node name, Node count) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        var (text, number) = (name.Eval(frame), count.Eval(frame));
        return text.IsString && number.IsInteger && frame.Unit.Code.Find(text.Text, (int)Math.Clamp(number.Integer, -1, int.MaxValue)) is not null;
    }
}

/// <summary><c>is_shared(variable)</c>: whether a closure uses the variable too.</summary>
internal sealed class IsSharedNode(int at, Symbol? symbol) : Node(at, waits: false)
{
    public override Value Eval(Frame frame) => symbol?.IsCaptured == true;
}

/// <summary><c>get_fn_metadata_list()</c>: what functions the script has; of a name, of a name and a number of parameters.</summary>
internal sealed class FunctionListNode(int at, Node[] arguments) : Node(at, waits: false)
{
    public override Value Eval(Frame frame)
    {
        var values = EvalAll(arguments, frame);
        if (values is [{ IsString: false }, ..] or [_, { IsInteger: false }])
            throw frame.Error(RhaiErrorKind.Arguments, At, "get_fn_metadata_list takes a name and a number of parameters", "ErrorMismatchDataType");
        return new RhaiArray(frame.Unit.Code.Functions
            .Where(function => values.Length == 0 || function.Name == values[0].Text)
            .Where(function => values.Length < 2 || function.Parameters.Length == values[1].Integer)
            .Select(function => (Value)Describe(function)));
    }

    private static RhaiMap Describe(FunctionCode function)
    {
        var map = new RhaiMap
        {
            ["name"] = function.Name,
            ["access"] = function.IsPrivate ? "private" : "public",
            ["is_anonymous"] = false,
            ["params"] = new RhaiArray(function.Parameters.Select(parameter => (Value)parameter.Name)),
        };
        if (function.Receiver is not null)
            map["this_type"] = function.Receiver;
        return map;
    }
}
