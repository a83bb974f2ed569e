// One corner of one Gaussian's quad: its covariance as the camera sees it (EWA, Zwicker et al. 2001; 3DGS eq. 5).
#version 120

uniform mat4 u_pose;       // means to camera axes: x right, y down, z ahead
uniform vec4 u_focal;      // fx, fy, cx, cy in pixels, pixel centres at integers
uniform vec2 u_size;       // width, height
uniform vec4 u_sides;      // least and greatest x / z, then y / z, that shapes are told at
uniform vec2 u_depths;     // the nearest and farthest z, for colours
uniform float u_near;
uniform float u_spread;    // px^2 added to every covariance
uniform float u_grow;      // factor of standard deviations
uniform float u_opacity;   // of all splats; negative for each its own
uniform float u_dot;       // px; above 0 every splat is a round dot of this radius
uniform float u_by_depth;  // 1: coloured by z

attribute vec2 a_corner;
attribute vec3 a_mean;
attribute vec3 a_first;    // covariance xx, xy, xz
attribute vec3 a_rest;     // covariance yy, yz, zz
attribute vec4 a_colour;   // red, green, blue, opacity

varying vec2 v_at;         // in standard deviations
varying vec4 v_colour;

vec3 ramp(float t) {
    vec3 low = mix(vec3(0.99, 0.90, 0.14), vec3(0.37, 0.79, 0.38), clamp(3.0 * t, 0.0, 1.0));
    vec3 middle = mix(low, vec3(0.13, 0.57, 0.55), clamp(3.0 * t - 1.0, 0.0, 1.0));
    return mix(middle, vec3(0.27, 0.00, 0.33), clamp(3.0 * t - 2.0, 0.0, 1.0));
}

void main() {
    vec3 place = (u_pose * vec4(a_mean, 1.0)).xyz;
    float opacity = u_opacity < 0.0 ? a_colour.a : u_opacity;
    float reach = u_dot > 0.0 ? 1.0 : sqrt(max(2.0 * log(255.0 * min(opacity, 1.0)), 0.0));
    vec2 middle = u_focal.xy * place.xy / place.z + u_focal.zw;
    vec2 offset = a_corner * u_dot;
    if (u_dot <= 0.0) {
        float x = clamp(place.x / place.z, u_sides.x, u_sides.y);
        float y = clamp(place.y / place.z, u_sides.z, u_sides.w);
        mat3 turn = mat3(u_pose[0].xyz, u_pose[1].xyz, u_pose[2].xyz);
        vec3 across = vec3(u_focal.x, 0.0, -u_focal.x * x) / place.z * turn * u_grow;
        vec3 down = vec3(0.0, u_focal.y, -u_focal.y * y) / place.z * turn * u_grow;
        mat3 shape = mat3(a_first, vec3(a_first.y, a_rest.xy), vec3(a_first.z, a_rest.yz));
        float xx = dot(across, shape * across) + u_spread;
        float xy = dot(across, shape * down);
        float yy = dot(down, shape * down) + u_spread;
        float mean = 0.5 * (xx + yy);
        float half_gap = length(vec2(0.5 * (xx - yy), xy));
        float along = mean + half_gap;
        float aside = max((xx * yy - xy * xy) / along, 1e-6);
        vec2 axis = xx >= yy ? vec2(along - yy, xy) : vec2(xy, along - xx);
        axis = half_gap > 1e-6 * mean ? normalize(axis) : vec2(1.0, 0.0);
        offset = reach * (a_corner.x * sqrt(along) * axis + a_corner.y * sqrt(aside) * vec2(-axis.y, axis.x));
    }
    vec2 clip = 2.0 * (middle + offset + 0.5) / u_size - 1.0;
    bool hidden = place.z < u_near || reach <= 0.0;
    gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(clip.x, -clip.y, 0.0, 1.0);
    v_at = a_corner * reach;
    float depth = clamp((place.z - u_depths.x) / (u_depths.y - u_depths.x), 0.0, 1.0);
    v_colour = vec4(u_by_depth > 0.5 ? ramp(depth) : a_colour.rgb, opacity);
}
