namespace Parley.Testing.Expectations;

/// <summary>
/// Where expectations are reported, and what was read last. One for each thread of a script: tasks that run beside each other have one each. Not thread-safe.
/// </summary>
public sealed class ExpectationScope
{
    private static readonly AsyncLocal<ExpectationScope?> s_current = new();
    private readonly Action<AssertionRecord>? _report;
    private string? _label;
    private int _silenced;

    /// <summary>Creates one.</summary>
    /// <param name="report">Told of each expectation that was looked at, unless somebody still waits for it to come true. Default nobody.</param>
    public ExpectationScope(Action<AssertionRecord>? report = null) => _report = report;

    /// <summary>The scope of the code that runs, where one was entered; else null.</summary>
    public static ExpectationScope? Current => s_current.Value;

    /// <summary>What was reported last, also while silenced; null before the first.</summary>
    public AssertionRecord? LastRecord { get; private set; }

    /// <summary>True while a wait looks again and again: only its last look counts.</summary>
    public bool IsSilenced => _silenced > 0;

    /// <summary>Makes this the scope of the code that follows, and of what it starts, until the result is disposed of.</summary>
    public IDisposable Enter()
    {
        var before = s_current.Value;
        s_current.Value = this;
        return new Leaving(() => s_current.Value = before);
    }

    /// <summary>Notes what a script has just read, e.g. <c>A state</c>: the label of the next expectation that has none of its own.</summary>
    public void Note(string label) => _label = label;

    /// <summary>What was noted last; it is taken once.</summary>
    public string? TakeLabel()
    {
        var label = _label;
        _label = null;
        return label;
    }

    /// <summary>An expectation was looked at.</summary>
    public void Report(AssertionRecord record)
    {
        LastRecord = record;
        if (!IsSilenced)
            _report?.Invoke(record);
    }

    /// <summary>Keeps what is reported back until the result is disposed of; then the last is reported, once, if there was any.</summary>
    internal IDisposable Silence()
    {
        var before = LastRecord;
        _silenced++;
        return new Leaving(() =>
        {
            if (--_silenced == 0 && LastRecord is { } last && !ReferenceEquals(last, before))
                _report?.Invoke(last);
        });
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
