using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.JsonRpc;
using Parley.Control;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;
using CallLeg = Parley.Contracts.Commands.CallLeg;

namespace Parley.Server.CallApi.Methods;

/// <summary>All methods: what their parameters become, and who may ask for it.</summary>
internal sealed class CallMethods
{
    private readonly ICalls _calls;
    private readonly OwnedCalls _owned;
    private readonly CommandSteps _steps;

    private CallMethods(ICalls calls)
    {
        _calls = calls;
        _owned = new(calls);
        _steps = new(calls, _owned);
    }

    /// <summary>The methods for these calls.</summary>
    public static IReadOnlyList<Method> Of(ICalls calls) => new CallMethods(calls).All();

    private List<Method> All()
    {
        var queries = new QueryMethods(_calls, _owned);
        return
        [
            Command(CommandNames.CallStart, ContractsJson.Default.CallStartParameters, Start),
            Command(CommandNames.CallBlindTransfer, ContractsJson.Default.CallBlindTransferParameters, BlindTransfer),
            Command(CommandNames.CallAttendedTransfer, ContractsJson.Default.CallAttendedTransferParameters, AttendedTransfer),
            Command(CommandNames.CallHold, ContractsJson.Default.CallHoldParameters, (p, r) => On(r, p, call => new HoldCall { Call = call, Leg = Side(p.Leg) })),
            Command(CommandNames.CallUnHold, ContractsJson.Default.CallUnHoldParameters, (p, r) => On(r, p, call => new UnholdCall { Call = call, Leg = Side(p.Leg) }), "CallUnhold"),
            Command(CommandNames.CallEnd, ContractsJson.Default.CallEndParameters, (p, r) => On(r, p, call => new EndCall { Call = call })),
            .. queries.All(),
            Command(CommandNames.CallPlay, ContractsJson.Default.CallPlayParameters, Play),
            Command(CommandNames.CallStop, ContractsJson.Default.CallStopParameters, (p, r) => On(r, p, call => new StopPlaying { Call = call, Leg = Side(p.Leg) })),
            Command(CommandNames.CallRecord, ContractsJson.Default.CallRecordParameters, Record),
            Command(CommandNames.CallDtmf, ContractsJson.Default.CallDtmfParameters, Dtmf),
            Command(CommandNames.CallBridge, ContractsJson.Default.CallBridgeParameters, Bridge),
            Command(CommandNames.CallReject, ContractsJson.Default.CallRejectParameters, Reject),
            Command(CommandNames.CallAnswer, ContractsJson.Default.CallAnswerParameters, (p, r) => On(r, p, call => new AnswerCall { Call = call })),
            Command(CommandNames.CallRedirect, ContractsJson.Default.CallRedirectParameters, Redirect),
            new EchoMethod(),
        ];
    }

    private Func<CommandRun, Task> Start(CallStartParameters p, Requester requester)
    {
        Checks.Uri("caller", p.Caller);
        Checks.Uri("callee", p.Callee);
        Checks.Address("caller_id", p.CallerId);
        if (p.Proxy is not null)
            Checks.Uri("proxy", p.Proxy);
        if (p.Proxy is not null && p.Trunk is not null)
            throw RequestException.Parameter("trunk", "does not go with proxy: a call takes one of the two.");
        if (p.Username is null != p.Password is null)
            throw RequestException.Parameter(p.Username is null ? "username" : "password", "is missing: username and password go together.");
        if (!requester.Principal.Calls.CoversNew(p.Caller, p.Callee))
            throw RequestException.Of(RpcErrorCodes.NotAllowed, $"The key '{requester.Principal.Name}' may not start calls between these two.");
        var command = new StartCall
        {
            Caller = p.Caller,
            Callee = p.Callee,
            CallerIdentity = p.CallerId,
            CallerTimeout = Checks.Seconds("caller_timeout", p.CallerTimeout) ?? TimeSpan.FromMinutes(1),
            RingTimeout = Checks.Seconds("ring_timeout", p.RingTimeout) ?? TimeSpan.FromMinutes(1),
            Headers = Checks.Headers("headers", p.Headers),
            Codecs = Checks.Codecs("codecs", p.Codecs),
            EarlyMedia = p.EarlyMedia ?? true,
            Record = p.Record == true ? "" : null,
            UserName = Checks.Text("username", p.Username),
            Password = Checks.Text("password", p.Password),
            Proxy = p.Proxy,
            Trunk = Checks.Text("trunk", p.Trunk),
            Flow = (Control.CallFlow)(p.Flow ?? Contracts.Commands.CallFlow.Relay),
        };
        return run => _steps.StartAsync(run, command);
    }

    private Func<CommandRun, Task> BlindTransfer(CallBlindTransferParameters p, Requester requester)
    {
        Checks.Uri("destination", p.Destination);
        return On(requester, p, call => new BlindTransfer { Call = call, Leg = Side(p.Leg), Destination = p.Destination });
    }

    private Func<CommandRun, Task> AttendedTransfer(CallAttendedTransferParameters p, Requester requester)
    {
        Checks.CallId("callid_a", p.CallIdA);
        Checks.CallId("callid_b", p.CallIdB);
        if (p.Destination is not null)
            Checks.Uri("destination", p.Destination);
        return run =>
        {
            Check(requester, p.CallIdA);
            if (!IsTheirs(requester, p.CallIdB))
                throw new CommandFailure(404, "Transfer dialog not found");
            return _steps.RunAsync(run, new AttendedTransfer { CallA = p.CallIdA, LegA = Side(p.LegA), CallB = p.CallIdB, LegB = Side(p.LegB), Destination = p.Destination });
        };
    }

    private Func<CommandRun, Task> Bridge(CallBridgeParameters p, Requester requester)
    {
        Checks.CallId("callid_a", p.CallIdA);
        Checks.CallId("callid_b", p.CallIdB);
        return run =>
        {
            Check(requester, p.CallIdA);
            Check(requester, p.CallIdB);
            return _steps.RunAsync(run, new BridgeCalls { CallA = p.CallIdA, LegA = Side(p.LegA), CallB = p.CallIdB, LegB = Side(p.LegB) });
        };
    }

    private Func<CommandRun, Task> Play(CallPlayParameters p, Requester requester)
    {
        Checks.Text("source", p.Source);
        Checks.Within("repeat", p.Repeat, 0, 1_000);
        Checks.Within("gain", p.Gain, -40, 20);
        return On(requester, p, call => new PlayToCall { Call = call, Source = p.Source, Leg = Side(p.Leg), Repeat = p.Repeat ?? 1, GainDecibels = p.Gain ?? 0 });
    }

    private Func<CommandRun, Task> Record(CallRecordParameters p, Requester requester)
    {
        Checks.FileName("file", p.File);
        return On(requester, p, call => new RecordCall { Call = call, File = p.File, Stop = p.Stop ?? false });
    }

    private Func<CommandRun, Task> Dtmf(CallDtmfParameters p, Requester requester)
    {
        var digits = Checks.Digits("digits", p.Digits);
        var duration = TimeSpan.FromMilliseconds(Checks.Within("duration", p.Duration, 40, 2_000) ?? 100);
        return On(requester, p, call => new SendDigits { Call = call, Leg = Side(p.Leg), Digits = digits, Method = (DigitMethod)(p.Method ?? DtmfMethod.Rtp), Duration = duration });
    }

    private Func<CommandRun, Task> Reject(CallRejectParameters p, Requester requester)
    {
        Checks.Within("code", p.Code, 400, 699);
        Checks.Text("reason", p.Reason);
        return On(requester, p, call => new RejectCall { Call = call, Status = p.Code ?? 603, Reason = p.Reason });
    }

    private Func<CommandRun, Task> Redirect(CallRedirectParameters p, Requester requester)
    {
        Checks.Uri("destination", p.Destination);
        return On(requester, p, call => new RedirectCall { Call = call, Contacts = [p.Destination] });
    }

    /// <summary>A command about one call, which has to be known to whoever asks by the time it begins.</summary>
    private Func<CommandRun, Task> On(Requester requester, CallParameters parameters, Func<string, CallCommand> command)
    {
        var id = Checks.CallId("callid", parameters.CallId);
        return run =>
        {
            Check(requester, id);
            return _steps.RunAsync(run, command(id));
        };
    }

    // A call that is not for this key is as good as none: its existence is told to nobody who may not know.
    private void Check(Requester requester, string id)
    {
        if (!IsTheirs(requester, id))
            throw CommandFailure.UnknownCall();
    }

    private bool IsTheirs(Requester requester, string id) => _calls.Find(id) is { } call && _owned.Covers(requester.Principal, call);

    private static CallSide? Side(CallLeg? leg) => leg is { } side ? Side(side) : null;

    private static CallSide Side(CallLeg leg) => leg == CallLeg.Caller ? CallSide.Caller : CallSide.Callee;

    private static Method<T> Command<T>(
        string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, Requester, Func<CommandRun, Task>> prepare, string? laterName = null)
        where T : CommandParameters => new(name, type, prepare) { LaterName = laterName ?? name };
}
