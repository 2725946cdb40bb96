using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Http;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>The table of everything a scenario can use: the library, agents, assertions, time, suites, HTTP.</summary>
internal static class RhaiBindings
{
    public static FunctionTable Table { get; } = Make();

    /// <summary>The rows that scenarios have beyond the library, in the order of their table.</summary>
    public static IEnumerable<NativeFunction> Rows => Table.Rows.Skip(RhaiLibrary.Table.Rows.Count);

    private static FunctionTable Make()
    {
        var table = RhaiLibrary.AddTo(new FunctionTableBuilder())
            .Type<AgentHandle>("Agent")
            .Type<AgentCall>("Call")
            .Type<AgentState>("CallState")
            .Type<PeerHandle>("Peer")
            .Type<QualityHandle>("Quality")
            .Type<AudioSpec>("AudioSpec")
            .Type<Expectation>("Assertion")
            .Type<HttpReply>("HttpResponse")
            .Type<MockServer>("MockServer")
            .Type<MockRequest>("MockRequest")
            .Type<MockPath>("Regex")
            .Module("State", new Dictionary<string, Value>
            {
                ["Idle"] = Value.Of(AgentState.Idle),
                ["Ringing"] = Value.Of(AgentState.Ringing),
                ["Established"] = Value.Of(AgentState.Established),
            });
        AgentBindings.AddTo(table);
        AgentReadings.AddTo(table);
        AudioBindings.AddTo(table);
        CallBindings.AddTo(table);
        AssertBindings.AddTo(table);
        FlowBindings.AddTo(table);
        SuiteBindings.AddTo(table);
        EnvironmentBindings.AddTo(table);
        HttpBindings.AddTo(table);
        MockBindings.AddTo(table);
        return table.Build();
    }
}
