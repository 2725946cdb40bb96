using Parley.Services.Trunks;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Trunks;

public class TrunkChoiceTests
{
    [Fact]
    public void What_says_something_about_the_number_is_no_reason_to_try_another_trunk()
    {
        Assert.All((int[])[404, 484, 486, 603], status => Assert.False(TrunkChoice.IsForNext(status)));
        Assert.All((int[])[408, 500, 503], status => Assert.True(TrunkChoice.IsForNext(status)));
    }

    [Fact]
    public void Those_that_are_full_are_left_out_and_those_that_are_down_come_last_in_the_order_named()
    {
        TrunkSnapshot[] trunks =
        [
            Of("full", TrunkState.Up, calls: 2) with { Options = Options("full") with { MaxCalls = 2 } },
            Of("down", TrunkState.Down),
            Of("new", TrunkState.Unknown),
            Of("up", TrunkState.Up),
            Of("other", TrunkState.Up),
        ];
        Assert.Equal(["up", "new", "down"], TrunkChoice.Order(trunks, ["down", "up", "full", "new"]).Select(trunk => trunk.Options.Name));
    }

    [Theory]
    [InlineData(0, 1.5, 3)]
    [InlineData(1, 0.5, 2.5)]
    [InlineData(2, 100, 3)]
    [InlineData(2, -1, 2)]
    public void Credit_comes_back_with_time_up_to_a_second_s_worth(double credit, double seconds, double expected) =>
        Assert.Equal(expected, TrunkChoice.Refill(credit, 3, TimeSpan.FromSeconds(seconds)));

    private static TrunkSnapshot Of(string name, TrunkState state, int calls = 0) => new(Options(name), state, calls, 0);

    private static TrunkOptions Options(string name) => new() { Name = name, Target = SipUri.Parse("sip:10.0.0.3") };
}
