namespace Parley.Sip.Tests.Transactions;

/// <summary>
/// A machine's figure as text: <c>State Input -> State Effect Effect</c>, with <c>udp:</c> or <c>tcp:</c> before lines that hold only for
/// an unreliable or a reliable transport. A pair without a line keeps the state and does nothing.
/// </summary>
internal sealed class MachineTable
{
    private readonly Dictionary<(string State, string Input, bool Reliable), string> _lines = [];

    public MachineTable(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var reliable = !line.StartsWith("udp:", StringComparison.Ordinal);
            var unreliable = !line.StartsWith("tcp:", StringComparison.Ordinal);
            var words = (reliable && unreliable ? line : line[4..]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("->", words[2]);
            var expected = Canonical(words[3], words[4..]);
            if (reliable)
                _lines.Add((words[0], words[1], true), expected);
            if (unreliable)
                _lines.Add((words[0], words[1], false), expected);
        }
    }

    public string Expected(string state, string input, bool reliable) =>
        _lines.TryGetValue((state, input, reliable), out var expected) ? expected : Canonical(state, []);

    public static string Canonical(string state, IEnumerable<string> effects) =>
        $"{state} {string.Join(' ', effects.Where(e => e != "None").Order(StringComparer.Ordinal))}".TrimEnd();

    public static TheoryData<string, string, bool> EveryPair<TState, TInput>()
        where TState : struct, Enum
        where TInput : struct, Enum
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var state in Enum.GetNames<TState>())
        {
            foreach (var input in Enum.GetNames<TInput>())
            {
                data.Add(state, input, false);
                data.Add(state, input, true);
            }
        }

        return data;
    }
}
