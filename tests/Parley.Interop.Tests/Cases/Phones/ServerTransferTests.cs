using System.Threading.Channels;
using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Interop.Tests.Harness;
using Parley.Transfers;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>Transfers that no phone asks for and none has to know of: a B2BUA puts somebody else in a baresip's place, and who hears whom is told by the tones they speak.</summary>
public sealed class ServerTransferTests
{
    private const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    // baresip 1.0.0 that was put on hold by re-INVITE plays nothing any more after it was resumed.
    private static readonly TransferOptions Unheld = new() { HoldMeanwhile = false };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blind_transfer_by_the_server_joins_the_caller_with_somebody_else(bool anchored)
    {
        await using var stage = await Stage.StartAsync(_ => anchored);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        var pair = await stage.ConnectAsync(alice, bob);
        await alice.AssertHearsAsync(Bob);

        var outcome = await pair.TransferAsync(pair.Uas, carol.Uri, Unheld);
        Assert.True(outcome is { IsSuccess: true, Mode: TransferMode.ByServer }, $"{outcome}");
        await bob.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(alice, carol);
        await Talk.EndAsync(carol, alice);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_one_who_was_called_can_stay_as_well(bool anchored)
    {
        await using var stage = await Stage.StartAsync(_ => anchored);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        var pair = await stage.ConnectAsync(alice, bob);
        await bob.AssertHearsAsync(Alice);

        var outcome = await pair.TransferAsync(pair.Uac, carol.Uri, Unheld);
        Assert.True(outcome.IsSuccess, $"{outcome}");
        await alice.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(bob, carol);
        await Talk.EndAsync(bob, carol);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_attended_transfer_by_the_server_joins_two_calls(bool firstAnchored, bool secondAnchored)
    {
        await using var stage = await Stage.StartAsync(number => number == 0 ? firstAnchored : secondAnchored);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        await using var second = await Baresip.StartAsync(new() { ToneHz = 400 });
        var first = await stage.ConnectAsync(alice, bob);
        await alice.AssertHearsAsync(Bob);
        // The consultation: somebody at the same desk has carol on another line.
        var other = await stage.ConnectAsync(second, carol);
        await carol.AssertHearsAsync(400);

        var outcome = await first.TransferAsync(first.Uas, other, other.Uac);
        Assert.True(outcome.IsSuccess, $"{outcome}");
        await bob.WaitForEndAsync(Soon);
        await second.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(alice, carol);
        await Talk.EndAsync(alice, carol);
    }

    [Fact]
    public async Task A_transfer_that_is_refused_leaves_both_as_they_were()
    {
        await using var stage = await Stage.StartAsync(_ => false);
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        var pair = await stage.ConnectAsync(alice, bob);
        await alice.AssertHearsAsync(Bob);

        var outcome = await pair.TransferAsync(pair.Uas, "sip:reject-486@127.0.0.1:" + stage.Port, Unheld);
        Assert.Equal(486, outcome.Status);
        await Talk.HearEachOtherAsync(alice, bob);
        await Talk.EndAsync(alice, bob);
    }

    /// <summary>A B2BUA on a port of its own: whoever is called through it is whoever the test says next.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly DialogAgent _agent;
        private readonly Func<int, bool> _isAnchored;
        private readonly Channel<B2bua> _pairs = Channel.CreateUnbounded<B2bua>();
        private readonly CancellationTokenSource _stop = new();
        private Task _serving = Task.CompletedTask;
        private string _next = "";
        private int _calls;

        private Stage(DialogAgent agent, Func<int, bool> isAnchored) => (_agent, _isAnchored) = (agent, isAnchored);

        public int Port => _agent.Listeners[0].Local.Port;

        public static async Task<Stage> StartAsync(Func<int, bool> isAnchored)
        {
            var agent = await DialogAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:parley@127.0.0.1" });
            var stage = new Stage(agent, isAnchored);
            stage._serving = agent.ServeAsync(new() { OnInvite = stage.ServeAsync }, stage._stop.Token);
            return stage;
        }

        public async Task<B2bua> ConnectAsync(Baresip caller, Baresip called)
        {
            _next = called.Uri;
            await caller.DialAsync($"sip:somebody@127.0.0.1:{Port}");
            return await _pairs.Reader.ReadAsync().AsTask().WaitAsync(Soon);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            await _agent.DisposeAsync();
            _stop.Dispose();
        }

        private async Task ServeAsync(InviteRequest invite, CancellationToken cancel)
        {
            if (invite.ToUser == "reject-486")
            {
                await invite.RejectAsync(486);
                return;
            }

            var options = new B2buaOptions { Media = _isAnchored(_calls++) ? new() : null };
            _pairs.Writer.TryWrite(await _agent.CreateB2buaAsync(invite, _next, options, cancel));
        }
    }
}
