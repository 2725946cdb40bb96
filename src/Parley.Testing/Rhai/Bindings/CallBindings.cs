using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>One call of an agent, for scripts in which it has several.</summary>
internal static class CallBindings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        Field(table, "id", "string", "Its Call-ID.", static call => call.Id);
        Field(table, "is_incoming", "bool", "Whether the other side began it.", static call => call.IsIncoming);
        Field(table, "phase", "string", "Trying, Ringing, EarlyMedia, Established, Held, HeldByPeer or Ended.", static call => call.Phase.ToString());
        Field(table, "state", "CallState", "State::Idle, State::Ringing or State::Established.", static call => Value.Of(call.State));
        Field(table, "peer", "Peer", "The other side.", static call => Value.Of(new PeerHandle(call.Agent.Name, call.Peer)));
        Field(table, "reason", "string|()", "Why it ended; () before.", static call => call.Reason);
        Field(table, "status_code", "int|()", "The SIP status it ended with; () when it was none.", static call => Value.Of(call.StatusCode));
        Field(table, "transfer_status", "int|()", "The last status the other side told of the transfer it was asked for; () before.", static call => Value.Of(call.LastTransfer?.Status));
        Field(table, "transfer_reports", "array", "All statuses it has told of it, in order: 100, 180, 200.", static call => new RhaiArray(call.TransferReports.Select(one => (Value)one.Status)));
        Field(table, "codec", "string|()", "Its codec.", static call => call.Codec);
        Field(table, "held", "bool", "Whether the agent holds it.", static call => call.Held);
        Field(table, "held_by_peer", "bool", "Whether the other side holds it.", static call => call.HeldByPeer);
        Field(table, "muted", "bool", "Whether the agent is muted in it.", static call => call.Muted);
        Field(table, "early_media", "bool", "Whether audio was agreed on before it was answered.", static call => call.EarlyMedia);
        Field(table, "received_dtmf", "string", "Digits heard in it.", static call => call.ReceivedDtmf);
        Field(table, "quality", "Quality", "What is known of how well it can be heard.", static call => Value.Of(new QualityHandle(call.Agent.Name, call.Quality)));
        Field(table, "setup_time", "float|()", "Seconds from INVITE to answer.", static call => Value.Of(call.SetupTime?.TotalSeconds));
        Field(table, "duration", "float|()", "Seconds since the answer.", static call => Value.Of(call.Duration?.TotalSeconds));
        Field(table, "responses", "array", "The statuses of all responses to its INVITEs, in order.", static call => new RhaiArray(call.Responses.Select(one => (Value)one.Status)));
        Field(table, "local_sdp", "string|()", "The newest session description sent.", static call => call.LocalSdp);
        Field(table, "remote_sdp", "string|()", "The newest session description received.", static call => call.RemoteSdp);
        table.Add("header(call: Call, name: string) -> string|()", "A header of its INVITE, or ().", static (_, a) => Call(a[0]).Header(a[1].Text));
        Verb(table, "accept(call: Call)", "Answers it.", static (call, _, cancel) => call.AcceptAsync(cancel));
        Verb(table, "reject(call: Call, code: int)", "Refuses it with a SIP status.", static (call, a, cancel) => call.RejectAsync((int)Math.Clamp(a[1].Integer, 0, 999), null, cancel));
        Verb(table, "hangup(call: Call)", "Ends it.", static (call, _, cancel) => call.HangupAsync(cancel));
        Verb(table, "hold(call: Call)", "Puts it on hold.", static (call, _, cancel) => call.HoldAsync(cancel));
        Verb(table, "resume(call: Call)", "Takes it off hold.", static (call, _, cancel) => call.ResumeAsync(cancel));
        Verb(table, "dtmf(call: Call, digits: string)", "Sends digits in it.", static (call, a, cancel) => call.DtmfAsync(a[1].Text, null, cancel));
        Verb(table, "transfer(call: Call, target: string)", "Sends its other side to a URI or number (REFER).", static (call, a, cancel) => call.TransferAsync(a[1].Text, cancel));
        Verb(table, "wait_for(call: Call, phase: string, within: string)", "Waits until it is in a phase.", static (call, a, cancel) => call.WaitForAsync(Phase(a[1].Text), Durations.Parse(a[2].Text), cancel));
    }

    private static AgentCall Call(in Value value) => (AgentCall)value.Object!;

    private static CallPhase Phase(string name) => Enum.TryParse<CallPhase>(name, out var phase) && Enum.IsDefined(phase)
        ? phase
        : throw new ArgumentException($"`{name}` is no phase of a call: {string.Join(", ", Enum.GetNames<CallPhase>())}");

    private static void Field(FunctionTableBuilder table, string name, string type, string docs, Func<AgentCall, Value> read) =>
        table.Add($"get {name}(call: Call) -> {type}", docs, (run, a) =>
        {
            AgentReadings.Note(run, $"{Call(a[0]).Agent.Name} call {name}");
            return read(Call(a[0]));
        });

    private static void Verb(FunctionTableBuilder table, string signature, string docs, Func<AgentCall, Value[], CancellationToken, Task> verb) =>
        table.Async(signature, docs, async (run, a) =>
        {
            await verb(Call(a[0]), a, run.Cancellation).ConfigureAwait(false);
            return Value.Unit;
        });
}
