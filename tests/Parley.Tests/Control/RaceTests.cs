using Parley.Control;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests.Control;

/// <summary>Commands that race each other and hang-ups: each has one outcome, each call one end, and nothing is left behind.</summary>
public class RaceTests
{
    private static readonly int[] s_codes = [200, 400, 404, 408, 410, 420, 480, 486, 487, 488, 491, 503];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Whatever_races_has_one_outcome_and_leaves_nothing(int seed) => ControlStage.Run(
        async stage =>
        {
            var random = new Random(seed);
            foreach (var (address, index) in ((string[])["10.0.0.7", "10.0.0.8", "10.0.0.6"]).Select((address, index) => (address, index)))
                await stage.PhoneAsync(address, (call, ended) => BehaveAsync(stage, call, new Random(seed + (100 * index)), ended));
            var commands = new List<Task<CommandOutcome>>();
            for (var i = 0; i < 40; i++)
            {
                commands.Add(stage.RunAsync(Any(random, stage)));
                if (random.Next(2) == 0)
                    await stage.Stage.Delay(random.NextDouble());
            }

            foreach (var call in stage.Control.Directory.List())
                commands.Add(stage.RunAsync(new EndCall { Call = call.Id }));
            var outcomes = await Task.WhenAll(commands);
            Assert.All(outcomes, outcome => Assert.Contains(outcome.Code, s_codes));
            Assert.Contains(outcomes, outcome => outcome.IsSuccess);
            await stage.Control.DisposeAsync();
            await stage.Stage.Until(() => stage.Control.Directory.Count == 0, "all calls are over");
            Check(stage);
        },
        options => options with { HoldMusic = "tone:350", Limits = new() { MaxCalls = 8 } });

    private static void Check(ControlStage stage)
    {
        var calls = new Dictionary<string, List<CallEventKind>>();
        while (stage.Events.TryRead(out var happened))
        {
            if (!calls.TryGetValue(happened.Call!.Id, out var kinds))
                calls[happened.Call.Id] = kinds = [];
            kinds.Add(happened.Kind);
        }

        Assert.NotEmpty(calls);
        Assert.All(calls.Values, kinds =>
        {
            Assert.Equal((CallEventKind.Started, CallEventKind.Ended), (kinds[0], kinds[^1]));
            Assert.Single(kinds, CallEventKind.Ended);
        });
    }

    private static CallCommand Any(Random random, ControlStage stage)
    {
        var calls = stage.Control.Directory.List();
        if (calls.Count == 0 || random.Next(4) == 0)
            return new StartCall { Caller = ControlStage.Caller, Callee = ControlStage.Callee, RingTimeout = TimeSpan.FromSeconds(4), Flow = random.Next(4) == 0 ? CallFlow.ThirdPartyIII : CallFlow.Relay };
        var (one, other) = (calls[random.Next(calls.Count)], calls[random.Next(calls.Count)]);
        var id = random.Next(2) == 0 ? one.Id : one.Callee?.CallId ?? one.Caller.CallId ?? one.Id;
        var side = (CallSide)random.Next(2);
        var mode = random.Next(2) == 0 ? TransferMode.ByServer : TransferMode.Automatic;
        return random.Next(9) switch
        {
            0 => new HoldCall { Call = id, Leg = random.Next(2) == 0 ? side : null },
            1 => new UnholdCall { Call = id },
            2 => new BlindTransfer { Call = id, Leg = side, Destination = "sip:carol@10.0.0.6", Mode = mode, RingTimeout = TimeSpan.FromSeconds(4) },
            3 => new AttendedTransfer { CallA = id, LegA = side, CallB = other.Id, LegB = (CallSide)random.Next(2), Mode = mode },
            4 => new BridgeCalls { CallA = id, CallB = other.Id },
            5 => new PlayToCall { Call = id, Source = "tone:440/0.4" },
            6 => new SendDigits { Call = id, Leg = side, Digits = "12" },
            7 => new StopPlaying { Call = id },
            _ => new EndCall { Call = id },
        };
    }

    // A phone that rings a while, answers or refuses, talks a while and hangs up, at its own pace.
    private static async Task BehaveAsync(ControlStage stage, IncomingCall call, Random random, CancellationToken ended)
    {
        var (rings, talks, refuses) = (random.NextDouble(), random.NextDouble() * 6, random.Next(5) == 0);
        await call.RingAsync(ended);
        await Task.Delay(TimeSpan.FromSeconds(rings), stage.Stage.Clock, ended);
        if (refuses)
        {
            await call.RejectAsync(486, cancel: ended);
            return;
        }

        await call.AnswerAsync(cancel: ended);
        await Task.Delay(TimeSpan.FromSeconds(talks), stage.Stage.Clock, ended);
    }
}
