using Parley.Testing.Agents;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>What can be read of agents. What was read last is the label of the next assertion that has none.</summary>
internal static class AgentReadings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        Field(table, "name", "string", "The name the script gave it.", static agent => agent.Name);
        Field(table, "aor", "string", "Its address of record.", static agent => agent.Aor);
        Field(table, "registered", "bool", "Whether its account is registered.", static agent => agent.Registered);
        Field(table, "registration_reason", "string|()", "The registrar's last answer, e.g. 403 Forbidden; () before the first.", static agent => agent.RegistrationReason is { Length: > 0 } reason ? reason : Value.Unit);
        Field(table, "state", "CallState", "State::Idle, State::Ringing or State::Established.", static agent => Value.Of(agent.State));
        Field(table, "reason", "string|()", "Why its last call ended; () before one did.", static agent => agent.Reason);
        Field(table, "status_code", "int|()", "The SIP status its last call ended with; () when it was none.", static agent => Value.Of(agent.StatusCode));
        Field(table, "received_dtmf", "string", "Digits heard in its current or last call.", static agent => agent.ReceivedDtmf);
        Field(table, "codec", "string|()", "The codec of its current or last call.", static agent => agent.Codec);
        Field(table, "held", "bool", "Whether it holds its current call.", static agent => agent.Held);
        Field(table, "muted", "bool", "Whether it is muted.", static agent => agent.Muted);
        Field(table, "last_response", "int|()", "The last status seen for its last INVITE.", static agent => Value.Of(agent.LastResponse));
        Field(table, "messages_waiting", "int", "New messages its mailbox has told of (config key mwi).", static agent => agent.MessagesWaiting);
        Field(table, "metadata", "map", "What the script gave as metadata.", static agent => HostValues.FromObject(agent.Metadata));
        Field(table, "peer", "Peer", "The other side of its call: uri, number, name.", static agent => Value.Of(new PeerHandle(agent.Name, agent.Peer)));
        Field(table, "quality", "Quality", "What is known of how well it hears: mos, rtt, jitter, packet_loss.", static agent => Value.Of(new QualityHandle(agent.Name, agent.Quality)));
        Field(table, "calls", "array", "All its calls, the oldest first, ended ones too.", static agent => new RhaiArray(agent.Calls.Select(Value.Of)));
        AddFunctions(table);
        AddPeer(table);
        AddQuality(table);
    }

    public static void Note(Execution run, string label) => ScriptHost.Of(run).Scope.Note(label);

    private static void AddFunctions(FunctionTableBuilder table) => table
        .Add("header(agent: Agent, name: string) -> string|()", "A header of the newest INVITE it received, or ().", static (run, a) =>
        {
            Note(run, $"{Handle(a[0]).Name} header {a[1].Text}");
            return AgentBindings.Agent(a[0]).Header(a[1].Text);
        })
        .Add("headers(agent: Agent) -> map", "All headers of the newest INVITE it received; of repeated ones the last.", static (run, a) =>
        {
            Note(run, $"{Handle(a[0]).Name} headers");
            var headers = new RhaiMap();
            foreach (var (name, value) in AgentBindings.Agent(a[0]).Headers())
                headers[name] = value;
            return headers;
        })
        .Add("info(agent: Agent) -> map", "name, aor, registered, state, reason, status_code, peer and calls at this moment.", static (run, a) =>
        {
            Note(run, $"{Handle(a[0]).Name} info");
            return HostValues.FromObject(AgentBindings.Agent(a[0]).InfoMap());
        })
        .Add("to_json(agent: Agent) -> string", "The same as JSON text.", static (_, a) => AgentBindings.Agent(a[0]).ToJson())
        .Add("call(agent: Agent, index: int) -> Call|()", "One of its calls, the oldest being 0; a negative index counts from the newest.", static (_, a) =>
        {
            var calls = AgentBindings.Agent(a[0]).Calls;
            var index = a[1].Integer < 0 ? a[1].Integer + calls.Count : a[1].Integer;
            return index >= 0 && index < calls.Count ? Value.Of(calls[(int)index]) : Value.Unit;
        });

    private static void AddPeer(FunctionTableBuilder table)
    {
        Part("uri", "Its URI.", static peer => peer?.Uri);
        Part("number", "The user part of its URI.", static peer => peer?.Number);
        Part("name", "The name it shows.", static peer => peer?.Name);

        void Part(string name, string docs, Func<Peer?, string?> read) => table.Add($"get {name}(peer: Peer) -> string|()", docs, (run, a) =>
        {
            var peer = (PeerHandle)a[0].Object!;
            Note(run, $"{peer.Agent} peer {name}");
            return read(peer.Peer);
        });
    }

    private static void AddQuality(FunctionTableBuilder table)
    {
        Part("mos", "Estimated mean opinion score, 1 to 4.5.", static quality => quality?.Mos);
        Part("rtt", "Round trip in milliseconds.", static quality => quality?.Rtt);
        Part("jitter", "Jitter of what comes, in milliseconds.", static quality => quality?.Jitter);
        Part("packet_loss", "Lost of what should have come, in percent.", static quality => quality?.PacketLoss);

        void Part(string name, string docs, Func<Quality?, double?> read) => table.Add($"get {name}(quality: Quality) -> float|()", docs, (run, a) =>
        {
            var quality = (QualityHandle)a[0].Object!;
            Note(run, $"{quality.Agent} quality {name}");
            return Value.Of(read(quality.Quality));
        });
    }

    private static void Field(FunctionTableBuilder table, string name, string type, string docs, Func<Agent, Value> read) =>
        table.Add($"get {name}(agent: Agent) -> {type}", docs, (run, a) =>
        {
            Note(run, $"{Handle(a[0]).Name} {name}");
            return read(AgentBindings.Agent(a[0]));
        });

    private static AgentHandle Handle(in Value value) => (AgentHandle)value.Object!;
}
