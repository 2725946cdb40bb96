using System.Runtime.CompilerServices;
using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>
/// One thread of a script: its steps, its depth, the host object its functions act on. At most one of a run's executions is evaluated at any time
/// (<see cref="RhaiRun"/>); one that waits lets others go on.
/// </summary>
internal sealed class Execution
{
    // Between looks at the token: some microseconds of work.
    private const int StepsBetweenChecks = 256;

    // Values within values: what is walked recursively to copy, compare and print.
    private const int MaxNesting = 96;

    private readonly RhaiLimits _limits;
    private long _steps;
    private long _nextCheck;
    private SourceText? _caller;
    private int _callAt;

    public Execution(RhaiRun run, object? host, CancellationToken cancellation)
        : this(run, host, run.Options.Limits, cancellation)
    {
    }

    private Execution(RhaiRun run, object? host, RhaiLimits limits, CancellationToken cancellation)
    {
        Run = run;
        Host = host;
        Cancellation = cancellation;
        _limits = limits;
        _nextCheck = Math.Min(StepsBetweenChecks, _limits.MaxSteps + 1);
    }

    public RhaiRun Run { get; }

    public FunctionTable Table => Run.Table;

    /// <summary>What the host's functions act on.</summary>
    public object? Host { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Where the function of the host that runs was called.</summary>
    public RhaiPosition CallPosition => _caller is null ? default : RhaiPosition.Of(_caller, _callAt);

    public int Depth { get; set; }

    public RhaiLimits Limits => _limits;

    /// <summary>For one of several tasks beside each other: they share what this one has left of its steps.</summary>
    public Execution Fork(object? host, int count) =>
        new(Run, host, _limits with { MaxSteps = Math.Max(1, (_limits.MaxSteps - _steps) / count) }, Cancellation) { Depth = Depth };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (++_steps >= _nextCheck)
            Check();
    }

    /// <summary>A function of the library or the host is about to be called.</summary>
    public void Called(SourceText source, int at)
    {
        _caller = source;
        _callAt = at;
        Step();
    }

    /// <summary>Counts work on something long.</summary>
    public void Charge(int length)
    {
        _steps += length >> 3;
        Step();
    }

    /// <summary>Ends the script when it was told to stop.</summary>
    public void ThrowIfStopped()
    {
        if (Cancellation.IsCancellationRequested)
            throw new RhaiException(RhaiErrorKind.Stopped, "the script was stopped", new OperationCanceledException(Cancellation)) { Name = "ErrorTerminated" };
    }

    /// <summary>A copy that shares nothing that can change.</summary>
    public Value Copy(Value value)
    {
        if (!value.IsComposite)
            return value;
        var budget = _limits.MaxElements;
        return Copy(value, 0, ref budget);
    }

    public string TextOf(in Value value) => Printer.Text(value, _limits.MaxString);

    /// <summary>As it is put beside text: bytes are read as UTF-8.</summary>
    public string JoinedText(in Value value) => value.Kind == ValueKind.Blob ? Checked(System.Text.Encoding.UTF8.GetString(value.Blob.Bytes.ToArray())) : TextOf(value);

    public string Joined(string left, string right)
    {
        if ((long)left.Length + right.Length > _limits.MaxString)
            throw TooLarge("string", _limits.MaxString);
        Charge(left.Length + right.Length);
        return left + right;
    }

    public string Checked(string text)
    {
        if (text.Length > _limits.MaxString)
            throw TooLarge("string", _limits.MaxString);
        Charge(text.Length);
        return text;
    }

    public RhaiArray Checked(RhaiArray array)
    {
        CheckCount(array.Items.Count, "array");
        return array;
    }

    public RhaiMap Checked(RhaiMap map)
    {
        CheckCount(map.Count, "map");
        return map;
    }

    public RhaiBlob Checked(RhaiBlob blob)
    {
        CheckCount(blob.Bytes.Count, "blob");
        return blob;
    }

    /// <summary>Before something grows to so many elements.</summary>
    public void CheckCount(long count, string what)
    {
        if (count > _limits.MaxElements)
            throw TooLarge(what, _limits.MaxElements);
    }

    /// <summary>Enters a function: arguments, captured variables, one level deeper.</summary>
    public Frame Enter(FunctionCode code, ScriptUnit unit, ReadOnlySpan<Cell> captures, ReadOnlySpan<Value> curried, ReadOnlySpan<Value> arguments)
    {
        Step();
        if (++Depth > _limits.MaxCallDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new RhaiException(RhaiErrorKind.Limit, $"Stack overflow: calls are nested deeper than {_limits.MaxCallDepth} levels") { Name = "ErrorStackOverflow" };
        var slots = new Value[code.SlotCount];
        for (var i = 0; i < captures.Length; i++)
            slots[code.Captures[i].Inner.Slot] = Value.Of(captures[i]);
        for (var i = 0; i < code.Parameters.Length; i++)
        {
            var parameter = code.Parameters[i];
            var value = i < curried.Length ? Copy(curried[i]) : arguments[i - curried.Length];
            slots[parameter.Slot] = parameter.IsCaptured ? Value.Of(new Cell { Value = value }) : value;
        }

        return new Frame(this, unit, code, slots);
    }

    public Value Finish(Frame frame)
    {
        Value value;
        try
        {
            value = frame.Code.Body.Eval(frame);
        }
        catch (JumpException jump) when (jump.Frame == frame && jump.Loop is null)
        {
            value = jump.Value;
        }

        return Leave(frame, value);
    }

    public async ValueTask<Value> FinishAsync(Frame frame)
    {
        Value value;
        try
        {
            value = await frame.Code.Body.Run(frame).ConfigureAwait(false);
        }
        catch (JumpException jump) when (jump.Frame == frame && jump.Loop is null)
        {
            value = jump.Value;
        }

        return Leave(frame, value);
    }

    /// <summary>Calls a function of the script from a function of the host; arguments are copied, errors leave the depth as it was.</summary>
    public ValueTask<Value> CallAsync(FunctionPointer function, params Value[] arguments) => CallAsync(function, null, arguments);

    public async ValueTask<Value> CallAsync(FunctionPointer function, Value? receiver, Value[] arguments)
    {
        var depth = Depth;
        try
        {
            for (var i = 0; i < arguments.Length; i++)
                arguments[i] = Copy(arguments[i]);
            return await Calls.PointerAsync(this, function, arguments, receiver is { } value ? Place.Temporary(value) : null).ConfigureAwait(false);
        }
        finally
        {
            Depth = depth;
        }
    }

    /// <summary>A function of the host that may wait: as long as it does, others of this run go on.</summary>
    public ValueTask<Value> WaitFor(NativeFunction function, Value[] arguments)
    {
        var pending = function.Waiting!(this, arguments);
        return pending.IsCompleted || function.RunsScript ? pending : Aside(pending);
    }

    /// <summary>Waits for something outside the script and lets others of this run go on.</summary>
    public async ValueTask<T> Aside<T>(ValueTask<T> pending)
    {
        Run.GiveTurn();
        try
        {
            return await pending.ConfigureAwait(false);
        }
        finally
        {
            await Run.TakeTurnAsync().ConfigureAwait(false);
        }
    }

    private static RhaiException TooLarge(string what, int limit) =>
        new(RhaiErrorKind.Limit, $"{what} is longer than the limit of {limit}") { Name = "ErrorDataTooLarge" };

    private Value Leave(Frame frame, Value value)
    {
        Depth--;
        return frame.Signal == Signal.Return ? frame.Result : value;
    }

    private void Check()
    {
        if (_steps > _limits.MaxSteps)
            throw new RhaiException(RhaiErrorKind.Limit, $"Too many operations: the script made more than {_limits.MaxSteps} steps") { Name = "ErrorTooManyOperations" };
        ThrowIfStopped();
        _nextCheck = Math.Min(_steps + StepsBetweenChecks, _limits.MaxSteps + 1);
    }

    private Value Copy(in Value value, int nesting, ref int budget)
    {
        if (!value.IsComposite)
            return value;
        if (nesting > MaxNesting)
            throw new RhaiException(RhaiErrorKind.Limit, $"value is nested deeper than {MaxNesting} levels") { Name = "ErrorDataTooLarge" };
        var count = value.Kind switch { ValueKind.Array => value.Array.Items.Count, ValueKind.Map => value.Map.Count, _ => value.Blob.Bytes.Count >> 3 };
        _steps += count;
        Step();
        if ((budget -= count) < 0)
            throw TooLarge(Printer.TypeName(value), _limits.MaxElements);
        switch (value.Kind)
        {
            case ValueKind.Array:
                var items = new List<Value>(count);
                foreach (var item in value.Array.Items)
                    items.Add(Copy(item, nesting + 1, ref budget));
                return new RhaiArray(items);
            case ValueKind.Map:
                var map = new RhaiMap();
                foreach (var (key, item) in value.Map.Entries)
                    map[key] = Copy(item, nesting + 1, ref budget);
                return map;
            default:
                return new RhaiBlob([.. value.Blob.Bytes]);
        }
    }
}
