namespace Parley.Testing.Rhai.Evaluation;

internal enum Signal : byte
{
    None,
    Break,
    Continue,
    Return,
}

/// <summary>One call of a function: its variables, its <c>this</c>, and whether it is on its way out.</summary>
internal sealed class Frame(Execution run, ScriptUnit unit, FunctionCode code, Value[] slots)
{
    public Execution Run { get; } = run;

    public ScriptUnit Unit { get; } = unit;

    public FunctionCode Code { get; } = code;

    public Value[] Slots { get; } = slots;

    public Value This { get; set; }

    public bool HasThis { get; set; }

    /// <summary>What ends the statements around it, up to the loop or function that it is for.</summary>
    public Signal Signal { get; set; }

    /// <summary>The value a <see cref="Signal"/> brings.</summary>
    public Value Result { get; set; }

    public void Write(Symbol symbol, in Value value)
    {
        if (symbol.IsCaptured)
            Slots[symbol.Slot].Cell.Value = value;
        else
            Slots[symbol.Slot] = value;
    }

    /// <summary>A new variable: closures made before keep theirs.</summary>
    public void Declare(Symbol symbol, in Value value) =>
        Slots[symbol.Slot] = symbol.IsCaptured ? Value.Of(new Cell { Value = value }) : value;

    public Value Read(Symbol symbol) => symbol.IsCaptured ? Slots[symbol.Slot].Cell.Value : Slots[symbol.Slot];

    /// <summary>For exception filters: gives an error its place. Always false.</summary>
    public bool Locate(RhaiException error, int at) => error.Locate(Unit.Code.Source, at, Unit.IsImported);

    public RhaiException Error(RhaiErrorKind kind, int at, string text, string name = "ErrorRuntime")
    {
        var error = new RhaiException(kind, text) { Name = name };
        Locate(error, at);
        return error;
    }

    /// <summary>What a function of the host threw, as an error of the script.</summary>
    public RhaiException Wrap(Exception exception, int at)
    {
        var error = exception switch
        {
            OperationCanceledException when Run.Cancellation.IsCancellationRequested => new RhaiException(RhaiErrorKind.Stopped, "the script was stopped", exception),
            _ when Run.Run.Options.IsSignal(exception) => new RhaiException(RhaiErrorKind.Signal, exception.Message, exception),
            _ => new RhaiException(RhaiErrorKind.Host, exception.Message, exception),
        };
        Locate(error, at);
        return error;
    }
}

/// <summary>A break, continue or return that stands within an expression, where only an exception leads out.</summary>
internal sealed class JumpException(Frame frame, object? loop, Signal signal, Value value) : Exception
{
    public Frame Frame { get; } = frame;

    /// <summary>The loop it is for; null for a function.</summary>
    public object? Loop { get; } = loop;

    public Signal Signal { get; } = signal;

    public Value Value { get; } = value;
}
